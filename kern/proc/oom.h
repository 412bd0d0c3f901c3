// oom.h: out of memory: what happens when a page fault needs a page and there is none.
//
// A call that needs memory says ENOMEM. A fault cannot: the program is in the middle of an
// instruction. So the process with most memory is killed, and who faulted waits until it is gone.
#pragma once

#include "kern.h"

struct process;

// Register with vm/. Once, at boot.
void oom_init(void);

// From now on remember whether process `pid`, the first program, is killed because memory is gone.
void oom_watch(pid_t pid);

// Returns whether oom_watch's process was killed for that reason, once it has ended.
bool oom_killed_watched(void);

// `process` has become a zombie; its memory is free. Caller: holds process_lock.
void oom_process_ended(const struct process *process);
