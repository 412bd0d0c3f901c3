// The argument of set_thread_area: one segment of the caller's thread-local storage.
#pragma once

#include <stdint.h>

struct user_desc {
	uint32_t entry_number; // slot of the GDT; -1 asks for a free one, which is stored here
	uint32_t base_addr;
	uint32_t limit;
	uint32_t seg_32bit : 1;
	uint32_t contents : 2; // type bits: 0 data, 1 data growing down, 2 code, 3 conforming code
	uint32_t read_exec_only : 1;
	uint32_t limit_in_pages : 1;
	uint32_t seg_not_present : 1;
	uint32_t useable : 1;
};

_Static_assert(sizeof(struct user_desc) == 16, "struct user_desc has the wrong size");

#define GDT_ENTRY_TLS_MIN 6 // slots for thread-local storage on native i386 Linux
#define GDT_ENTRY_TLS_MAX 8
