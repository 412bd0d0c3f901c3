// oom.c: choosing the process that is killed when memory is gone, and waiting for its end.
#include "proc/oom.h"

#include <abi/wait.h>
#include "fs/fdtable.h"
#include "mem/page.h"
#include "proc/process.h"
#include "thread/yield.h"
#include "vm/aspace.h"

#define ENOUGH 8 // pages: no fault needs more, with tables and nodes
#define TRIES 3  // of an access for which there should be enough

#define PROCESS_PAGES 3 // of the process itself: its kernel stack, and its structs

// What work costs, in instructions or so: to look at a process, to measure one without its memory and
// with some files, to kill one.
#define LOOK_COST 20
#define MEASURE_COST 1000
#define KILL_COST 300

static struct waitq victims_wait = WAITQ_INIT(victims_wait);
static uint32_t victims; // [process_lock] that have been killed and have not ended
static bool choosing;    // [process_lock] somebody looks for a victim

// The first program, of which init reports why it ended.
static struct {
	pid_t pid;   // constant once it runs
	bool killed; // [process_lock]
} watched;

int oom_measure(pid_t pid, struct oom_measure *store)
{
	struct aspace *as = NULL;
	struct process *process;

	spin_lock(&process_lock);
	process = process_find(pid);
	if (process) {
		*store = (struct oom_measure){
			.pid = pid,
			.serial = process->serial,
			.pages = PROCESS_PAGES,
			.adj = process->oom_score_adj,
		};
		if (process->files)
			store->pages += fdtable_held_pages(process->files);
		if (process->aspace)
			as = aspace_get(process->aspace);
	}
	spin_unlock(&process_lock);
	if (!process)
		return -ESRCH;
	store->has_memory = as != NULL;
	if (as) {
		store->pages += aspace_held_pages(as);
		aspace_put(as);
	}
	store->points = (long)store->pages +
	                store->adj * ((long)page_usable_count() / OOM_SCORE_ADJ_MAX);
	(void)yield_after(MEASURE_COST);
	return 0;
}

static pid_t next_process(pid_t pid)
{
	spin_lock(&process_lock);
	pid = pid_next_process(pid);
	spin_unlock(&process_lock);
	return pid;
}

// Find the process with most points, of several the youngest; where all are spared the current one,
// whose access found no memory. Yields.
static struct oom_measure choose_victim(void)
{
	struct oom_measure each, victim = { .pid = 0 };

	for (pid_t pid = next_process(PID_INIT); pid; pid = next_process(pid)) {
		if (oom_measure(pid, &each) || !each.has_memory || each.adj == OOM_SCORE_ADJ_MIN)
			continue;
		if (victim.pid == 0 || each.points > victim.points ||
		    (each.points == victim.points && each.serial > victim.serial))
			victim = each;
	}
	if (victim.pid == 0)
		(void)oom_measure(process_current()->pid, &victim);
	return victim;
}

// Return the space of a victim, with a reference; NULL: it has ended by itself. Caller: holds
// process_lock.
static struct aspace *space_of(const struct oom_measure *victim)
{
	const struct process *process = process_find(victim->pid);

	if (!process || process->serial != victim->serial || !process->aspace)
		return NULL;
	printk(LOG_ERR, "out of memory: killed pid %d (%s), which holds %zu pages\n", process->pid,
	       process->name, victim->pages);
	return aspace_get(process->aspace);
}

// Kill a process, with all that share its memory: before they end, none of it is free. Yields.
static void kill(const struct oom_measure *victim)
{
	struct process_walk walk = { 0 };
	struct process *process;
	struct aspace *as;
	uint32_t cost = 0;

	spin_lock(&process_lock);
	as = space_of(victim);
	while (as && (process = process_walk_next(&walk, cost))) {
		cost = LOOK_COST;
		if (process->aspace != as)
			continue;
		victims += !process->oom_victim;
		process->oom_victim = true;
		signal_send(process, SIGKILL, NULL);
		cost = KILL_COST;
	}
	spin_unlock(&process_lock);
	if (as)
		aspace_put(as);
}

// Caller: holds process_lock, which is released meanwhile.
static void choose_and_kill(void)
{
	struct oom_measure victim;

	choosing = true;
	spin_unlock(&process_lock);
	victim = choose_victim();
	kill(&victim);
	spin_lock(&process_lock);
	choosing = false;
	waitq_wake_all(&victims_wait);
}

// Is there memory again, although the fault met none? Somebody may have given some back meanwhile.
// But no access is tried for ever.
static bool worth_another_try(struct process *process, uintptr_t va)
{
	if (page_free_count() < ENOUGH)
		return false;
	if (process->short_va != va) {
		process->short_va = va;
		process->short_tries = 0;
	}
	return process->short_tries++ < TRIES;
}

// vm/: the current process's access to `va` found no memory. Make some. true: try again; false: the
// process itself is to die.
static bool make_room(uintptr_t va)
{
	struct process *process = process_current();

	if (!process || process->pid == PID_INIT) // threads of the kernel look after themselves
		return false;
	if (!process->oom_victim && worth_another_try(process, va))
		return true;
	spin_lock(&process_lock);
	if (!process->oom_victim && !choosing && !victims)
		choose_and_kill();
	while (!process->oom_victim && (choosing || victims))
		if (waitq_sleep(&victims_wait, &process_lock, WAIT_KILLABLE, NO_DEADLINE))
			break;
	spin_unlock(&process_lock);
	return !process->oom_victim && !(thread_current()->work & WORK_KILL);
}

void oom_watch(pid_t pid)
{
	watched.pid = pid;
}

bool oom_killed_watched(void)
{
	return watched.killed;
}

void oom_process_ended(const struct process *process)
{
	if (!process->oom_victim)
		return;
	victims--;
	if (process->pid == watched.pid && WIFSIGNALED(process->exit_status))
		watched.killed = WTERMSIG(process->exit_status) == SIGKILL;
	waitq_wake_all(&victims_wait);
}

void oom_init(void)
{
	vm_no_memory_hook = make_room;
	thread_no_memory_hook = make_room;
}
