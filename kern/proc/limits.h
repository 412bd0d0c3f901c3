// limits.h: how much of each resource a process may use.
#pragma once

#include "kern.h"
#include <abi/resource.h>

struct process;

// The limits that a process without a parent starts with.
void limits_init(struct rlimit limits[RLIM_NLIMITS]);

// Set a limit of the current process. 0 or -EINVAL. Callers are root: a hard limit may be raised.
int limits_set(int resource, const struct rlimit *limit);

// Give the current process's address space the limits that concern it.
void limits_apply_to_memory(struct process *process);
