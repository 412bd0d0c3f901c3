// tls.h: segments for thread-local storage, as set_thread_area and clone set them.
#pragma once

#include "kern.h"
#include <abi/ldt.h>

struct thread;

// Give `thread` the segment that `desc` describes, in the slot it names; with slot -1 in a free
// one, whose number is stored in `desc`. 0; -EINVAL for a slot or a type that cannot be, -ESRCH
// when no slot is free.
int tls_set(struct thread *thread, struct user_desc *desc);

// What is in the slot that desc->entry_number names. 0 or -EINVAL.
int tls_get(const struct thread *thread, struct user_desc *desc);
