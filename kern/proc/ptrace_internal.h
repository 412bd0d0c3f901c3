// ptrace_internal.h: what the files of tracing share.
#pragma once

#include "proc/ptrace.h"

// Returns a record for a thread that will be traced, or NULL.
struct tracee *trace_new(void);

// Let `tracer` trace `thread`, which has a record and is not traced. Caller: holds process_lock.
void trace_link(struct thread *thread, struct thread *tracer, bool seized, uint32_t options);
