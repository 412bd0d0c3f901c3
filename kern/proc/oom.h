// oom.h: out of memory: what happens when a page fault needs a page and there is none.
//
// A call that needs memory says ENOMEM. A fault cannot: the program is in the middle of an
// instruction. So the process with most memory is killed, and who faulted waits until it is gone.
#pragma once

#include "kern.h"

struct process;

// Register with vm/. Once, at boot.
void oom_init(void);

// `process` has become a zombie; its memory is free. Caller: holds process_lock.
void oom_process_ended(const struct process *process);
