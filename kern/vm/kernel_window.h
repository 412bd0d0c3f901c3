// kernel_window.h: a user's memory seen through addresses of the kernel: the pages of a range, brought in,
// pinned, and mapped side by side. For work that needs them all at once or in another thread's name,
// as a driver's; whoever only copies has vm/uaccess.h.
#pragma once

#include "vm/aspace.h"

struct window {
	void *start;  // where the range's first byte is seen
	size_t pages; // how many are pinned
};

// Open a window on [va, va + len) of `as`, len > 0, for reading or writing as `access` says. What is
// seen is the memory itself: writes show on both sides, also if the program unmaps the range meanwhile. A
// fork meanwhile leaves the pages with the one of both who writes last.
// Returns 0; -EFAULT where the program itself could not access all of it so; -ENOMEM without memory or
// kernel addresses. Then nothing is pinned. Caller: holds no lock.
int window_open(struct window *window, struct aspace *as, uintptr_t va, size_t len,
                enum fault_access access);

// Let go of what the window showed. Caller: holds no lock.
void window_close(struct window *window);

// The kernel's own address space: what its half of every directory holds, as areas. Its pt_lock guards
// the entries behind WINDOWS_BASE; the others never change, or belong to thread/kstack.c.
extern struct aspace kernel_space;
void kernel_space_init(void);
