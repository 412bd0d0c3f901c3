// ptrace_internal.h: what the files of tracing share.
#pragma once

#include "proc/ptrace.h"

// Returns a new record for a thread that will be traced, on no list and all 0 otherwise, which the
// caller frees by kfree if no thread gets it; NULL if out of memory.
struct tracee *trace_new(void);

// Let `tracer` trace `thread`, which has a record (thread->trace) and is not traced; `seized` and
// `options` (PTRACE_O_) are kept there. Checks no permission, and leaves `privileged` to the
// caller. The thread does not stop. Caller: holds process_lock.
void trace_link(struct thread *thread, struct thread *tracer, bool seized, uint32_t options);
