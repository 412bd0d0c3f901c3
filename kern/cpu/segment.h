// segment.h: the descriptor table, the task-state segments, and the segments of thread-local
// storage.
#pragma once

#include "cpu/selectors.h"
#include "kern.h"

// A segment descriptor (Intel SDM vol. 3, 3.4.5), as two words.
struct segment_desc {
	uint32_t low, high;
};

// Parts of a descriptor's high word.
#define SEG_PRESENT 0x00008000u
#define SEG_DPL3 0x00006000u
#define SEG_CODE_OR_DATA 0x00001000u
#define SEG_CODE 0x00000800u
#define SEG_CONFORMING 0x00000400u // code; of data: expands down
#define SEG_WRITABLE 0x00000200u   // data; of code: readable
#define SEG_ACCESSED 0x00000100u
#define SEG_AVAILABLE 0x00100000u // free for software
#define SEG_32BIT 0x00400000u
#define SEG_PAGES 0x00800000u // the limit counts pages

// Build a descriptor; `flags` from the list above.
static inline struct segment_desc segment_make(uint32_t base, uint32_t limit, uint32_t flags)
{
	return (struct segment_desc){
		.low = (base << 16) | (limit & 0xFFFF),
		.high = (base & 0xFF000000) | (limit & 0x000F0000) | ((base >> 16) & 0xFF) | flags,
	};
}

// Load our descriptor table and task register, set the protections that this processor has (SMEP,
// SMAP, UMIP), and put `clac` and `stac` into their places if it has SMAP. Once, at boot, while the
// kernel's text is still writable.
void segment_init(void);

// The kernel stack on which the processor starts when it leaves a user program.
void segment_set_kernel_stack(uintptr_t top);

// Load a thread's three descriptors for thread-local storage into the table.
void segment_load_tls(const struct segment_desc tls[TLS_SLOTS]);

// Load FS or GS; a selector that names nothing usable becomes 0.
void segment_load_fs(uint16_t selector);
void segment_load_gs(uint16_t selector);

// The registers that the main task had when the double-fault task took over.
struct trapframe;
void segment_victim_frame(struct trapframe *frame);

extern bool cpu_has_smap;
