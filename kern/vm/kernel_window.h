// kernel_window.h: windows: a range of a user's memory, mapped into the kernel. The pages are
// faulted in, pinned, and mapped side by side. This serves work that needs a whole buffer at once,
// or works for another thread, as drivers do. Code that only copies uses vm/uaccess.h.
#pragma once

#include "vm/aspace.h"

struct window {
	void *start;  // the first byte of the range, as the kernel sees it
	size_t pages; // how many pages are pinned
};

// Open a window on [va, va + len) of `as`, len > 0, any addresses and bytes, for reading or writing
// as `access` says. The window shows the pages themselves, no copies: each side sees the other's
// stores, even after the program has unmapped the range, or its space has ended. After a fork
// meanwhile, the window shows the pages of the process that has not written to them since.
// Sleeps. Returns 0 with *window filled in; -EFAULT if the program itself could not access all of
// the range so, for device memory, and for len = 0; -ENOMEM if out of memory or kernel addresses.
// On an error nothing is pinned, and *window is undefined.
// Only tests need windows so far; a device that reads or writes memory by itself (DMA) will.
// Caller: holds no lock.
int window_open(struct window *window, struct aspace *as, uintptr_t va, size_t len,
                enum fault_access access);

// Close the window, which window_open has filled in: unmap and unpin its pages, which may free
// them. window->start is not valid any more. Sleeps. Caller: holds no lock.
void window_close(struct window *window);

// The kernel's own address space: the areas of the kernel's half of all directories. Its pt_lock
// guards the entries from WINDOWS_BASE on; the others never change, or belong to thread/kstack.c.
extern struct aspace kernel_space;

// Make the kernel's space with its fixed areas. Once, at boot.
void kernel_space_init(void);
