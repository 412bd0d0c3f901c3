// rlimits.h: the limits on the resources of a process (setrlimit(2)).
//
// A limit belongs to a process. Lower layers read the current one with thread_limit().
#pragma once

#include "kern.h"
#include <abi/resource.h>

struct process;

// Set the limits of a process without a parent to Linux's defaults.
void limits_init(struct rlimit64 limits[RLIM_NLIMITS]);

// Exchange a limit of `process`: store the old one in *old, then set it to *wanted. Either may be
// NULL: that step is left out. Only CAP_SYS_RESOURCE may raise a hard limit. Caller: holds
// process_lock.
// Returns 0; -EINVAL for an unknown resource or a soft limit above the hard one; -EPERM for more
// descriptors than NR_OPEN, or a hard limit that may not be raised. After an error nothing has
// changed, and *old is unchanged.
int limits_exchange(struct process *process, int resource, const struct rlimit64 *wanted,
                    struct rlimit64 *old);
