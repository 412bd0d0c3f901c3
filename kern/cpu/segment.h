// segment.h: the global descriptor table, the task-state segments, and the segments for
// thread-local storage.
#pragma once

#include "cpu/selectors.h"
#include "kern.h"

struct trapframe;

// A segment descriptor (Intel SDM vol. 3, 3.4.5), as two words.
struct segment_desc {
	uint32_t low, high;
};

// Parts of a descriptor's high word.
#define SEG_PRESENT 0x00008000u
#define SEG_DPL3 0x00006000u
#define SEG_CODE_OR_DATA 0x00001000u
#define SEG_CODE 0x00000800u
#define SEG_WRITABLE 0x00000200u // data; of code: readable
#define SEG_ACCESSED 0x00000100u
#define SEG_AVAILABLE 0x00100000u // free for software
#define SEG_32BIT 0x00400000u
#define SEG_PAGES 0x00800000u // the limit counts pages

// Returns a descriptor of the segment that begins at `base` and whose last byte has offset `limit`;
// with SEG_PAGES in `flags`, whose last page of 4 KiB has number `limit`. Only the lower 20 bits of
// `limit` count. `flags` are SEG_ bits, or others of the high word. Checks nothing. The processor
// wants base and limit in pieces (Intel SDM vol. 3, 3.4.5).
static inline struct segment_desc segment_make(uint32_t base, uint32_t limit, uint32_t flags)
{
	return (struct segment_desc){
		.low = (base << 16) | (limit & 0xFFFF),
		.high = (base & 0xFF000000) | (limit & 0x000F0000) | ((base >> 16) & 0xFF) | flags,
	};
}

// Load our descriptor table and task register, with empty slots for thread-local storage and no
// local descriptor table; set FS and GS to 0; turn on the processor's protections (smep_smap_init).
// Once, at boot, while the kernel's text is still writable.
void segment_init(void);

// Set the address below which the processor pushes when it leaves a user program: the end of the
// running thread's kernel stack. Every thread switch calls this; with a stale value two threads
// would share a stack.
void segment_set_kernel_stack(uintptr_t top);

// Copy a thread's TLS_SLOTS (3) descriptors for thread-local storage into the descriptor table; one
// of zeroes makes its slot empty. The processor uses them when FS or GS is loaded next: the caller
// loads both (segment_load_fs). The caller has checked the descriptors: none may be of the kernel's
// privilege.
void segment_load_tls(const struct segment_desc tls[TLS_SLOTS]);

// Load FS with `selector`, any value. A selector that the processor refuses becomes 0, as on Linux:
// an empty slot, a table that does not exist, a system segment. It does not refuse the kernel's own
// segments; a return to the program then sets FS to 0 (Intel SDM vol. 2, IRET).
void segment_load_fs(uint16_t selector);

// Load GS with `selector`, any value. A selector that the processor refuses becomes 0, as for FS.
void segment_load_gs(uint16_t selector);

// Fill *frame with the registers of the code that was interrupted by a double fault: trapno is
// TRAP_DOUBLE_FAULT, err 0, and esp and ss are right also for code of the kernel. The processor has
// saved them in the main task-state segment. Only for the task of the double fault.
void segment_victim_frame(struct trapframe *frame);
