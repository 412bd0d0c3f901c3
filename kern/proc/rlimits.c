// rlimits.c: the limits on resources.
#include "proc/rlimits.h"

#include "mem/page.h"
#include "proc/process.h"
#include "thread/credentials.h"
#include <abi/limits.h>

#define MEBIBYTE (1u << 20)
#define STACK_DEFAULT (8 * MEBIBYTE)
#define MEMLOCK_DEFAULT (8 * MEBIBYTE)
#define MSGQUEUE_DEFAULT 819200 // bytes
#define NPROC_MIN 10

// Returns how many processes a user may have, and how many signals may be pending for them. As on
// Linux: an eighth of memory may become kernel stacks, and half of these belong to one user.
static uint64_t processes_by_memory(void)
{
	size_t most = page_usable_count() / (8 * KSTACK_SIZE / PAGE_SIZE);

	return MAX(MIN(most, (size_t)PID_MAX) / 2, (size_t)NPROC_MIN);
}

// Some limits have no effect: RLIMIT_RTPRIO, _CORE, _RSS, _LOCKS and _RTTIME limit resources that do not
// exist here.
void limits_init(struct rlimit64 limits[RLIM_NLIMITS])
{
	uint64_t processes = processes_by_memory();

	for (int i = 0; i < RLIM_NLIMITS; i++)
		limits[i] = (struct rlimit64){ RLIM64_INFINITY, RLIM64_INFINITY };
	limits[RLIMIT_STACK].rlim_cur = STACK_DEFAULT;
	limits[RLIMIT_CORE].rlim_cur = 0;
	limits[RLIMIT_NPROC] = (struct rlimit64){ processes, processes };
	limits[RLIMIT_NOFILE] = (struct rlimit64){ OPEN_MAX, OPEN_HARD_MAX };
	limits[RLIMIT_MEMLOCK] = (struct rlimit64){ MEMLOCK_DEFAULT, MEMLOCK_DEFAULT };
	limits[RLIMIT_SIGPENDING] = (struct rlimit64){ processes, processes };
	limits[RLIMIT_MSGQUEUE] = (struct rlimit64){ MSGQUEUE_DEFAULT, MSGQUEUE_DEFAULT };
	limits[RLIMIT_NICE] = (struct rlimit64){ 0, 0 };
	limits[RLIMIT_RTPRIO] = (struct rlimit64){ 0, 0 };
}

// All checks come before the first change, so that an error changes nothing.
int limits_exchange(struct process *process, int resource, const struct rlimit64 *wanted,
                    struct rlimit64 *old)
{
	assert_spin_held(&process_lock);
	if (resource < 0 || resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (wanted && wanted->rlim_cur > wanted->rlim_max)
		return -EINVAL;
	if (wanted && resource == RLIMIT_NOFILE && wanted->rlim_max > NR_OPEN)
		return -EPERM;
	if (wanted && wanted->rlim_max > process->limits[resource].rlim_max &&
	    !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (old)
		*old = process->limits[resource];
	if (wanted)
		process->limits[resource] = *wanted;
	return 0;
}
