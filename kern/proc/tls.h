// tls.h: segments for thread-local storage, as set_thread_area and clone set them.
#pragma once

#include "kern.h"
#include <abi/ldt.h>

struct thread;

// Give `thread` the segment that `desc` describes, in the slot desc->entry_number; with -1 in a
// free slot, whose number is stored in `desc`. Returns 0; -EINVAL for an impossible slot or type;
// -ESRCH if no slot is free.
int tls_set(struct thread *thread, struct user_desc *desc);

// Fill *desc with the segment in slot desc->entry_number. Returns 0, or -EINVAL if there is no
// such slot.
int tls_get(const struct thread *thread, struct user_desc *desc);
