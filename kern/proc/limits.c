// limits.c: limits of resources. Those that somebody below has to obey are handed down: to the
// address space, and to the table of descriptors.
#include "proc/limits.h"

#include "fs/fdtable.h"
#include "proc/process.h"
#include "vm/aspace.h"
#include <abi/limits.h>

void limits_init(struct rlimit limits[RLIM_NLIMITS])
{
	for (int i = 0; i < RLIM_NLIMITS; i++)
		limits[i] = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	limits[RLIMIT_STACK].rlim_cur = STACK_LIMIT;
	limits[RLIMIT_CORE].rlim_cur = 0;
	limits[RLIMIT_NPROC] = (struct rlimit){ PID_MAX, PID_MAX };
	limits[RLIMIT_NOFILE] = (struct rlimit){ OPEN_MAX, OPEN_MAX };
}

// RLIMIT_MEMLOCK is only kept: as on Linux it limits nothing for the privileged, and all programs are.
void limits_apply_to_memory(struct process *process)
{
	struct aspace_limits limits = {
		.total = process->limits[RLIMIT_AS].rlim_cur,
		.data = process->limits[RLIMIT_DATA].rlim_cur,
		.stack = process->limits[RLIMIT_STACK].rlim_cur,
	};

	aspace_set_limits(process->aspace, &limits);
}

static void set_descriptor_limit(struct fdtable *files, uint32_t limit)
{
	spin_lock(&files->lock);
	files->limit = limit;
	spin_unlock(&files->lock);
}

int limits_set(int resource, const struct rlimit *limit)
{
	struct process *process = process_current();

	if (resource < 0 || resource >= RLIM_NLIMITS || limit->rlim_cur > limit->rlim_max)
		return -EINVAL;
	if (resource == RLIMIT_NOFILE && limit->rlim_max > OPEN_MAX)
		return -EPERM;
	process->limits[resource] = *limit;
	if (resource == RLIMIT_NOFILE)
		set_descriptor_limit(process->files, limit->rlim_cur);
	else
		limits_apply_to_memory(process);
	return 0;
}
