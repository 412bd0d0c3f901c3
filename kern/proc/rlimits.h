// rlimits.h: the limits on the resources of a process (setrlimit(2)).
//
// A limit belongs to a process. Lower layers read the current one with thread_limit().
#pragma once

#include "kern.h"
#include <abi/resource.h>

struct process;

// Set the limits of a process without a parent to Linux's defaults: of the stack 8 MiB, of
// descriptors OPEN_MAX, of processes and pending signals half of what an eighth of memory has room
// for as kernel stacks; all RLIMIT_ that rlimits.c does not name are RLIM64_INFINITY.
void limits_init(struct rlimit64 limits[RLIM_NLIMITS]);

// Exchange a limit of `process`: store the old one in *old, then set it to *wanted. Either may be
// NULL: that step is left out; they are not the same memory. Only CAP_SYS_RESOURCE may raise a hard
// limit. Whether the caller may touch `process` is not checked (access_limits). Caller: holds
// process_lock.
// Returns 0; in this order: -EINVAL for an unknown resource or a soft limit above the hard one;
// -EPERM, with any capability, for a hard limit of more than NR_OPEN descriptors; -EPERM for a hard
// limit that may not be raised. After an error nothing has changed, and *old is unchanged.
int limits_exchange(struct process *process, int resource, const struct rlimit64 *wanted,
                    struct rlimit64 *old);
