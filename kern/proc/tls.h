// tls.h: segments for thread-local storage, as set_thread_area and clone set them.
#pragma once

#include "kern.h"
#include <abi/ldt.h>

struct thread;

// Give `thread`, the current one or one that has not started, the segment that `desc` describes, in
// the slot desc->entry_number (6 to 8, an index into the GDT); with -1 in a free slot, whose number
// is stored in `desc`, also before -EINVAL for the type. An empty description clears the slot.
// Loads the slots if `thread` is the current one; selectors in registers stay.
// Returns 0; -EINVAL for an impossible slot, or a type other than 32-bit data or non-conforming
// code; -ESRCH for -1 if no slot is free. After an error `thread` is unchanged.
int tls_set(struct thread *thread, struct user_desc *desc);

// Fill *desc with the segment of `thread` in slot desc->entry_number (6 to 8, an index into the
// GDT). Returns 0, also for a slot that was never set (an empty description); -EINVAL, with *desc
// unchanged, if there is no such slot (-1, too).
int tls_get(const struct thread *thread, struct user_desc *desc);
