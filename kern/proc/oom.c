// oom.c: choosing the process that is killed when memory is gone, and waiting for its end.
#include "proc/oom.h"

#include <abi/wait.h>
#include <limits.h>
#include "fs/fdtable.h"
#include "mem/page.h"
#include "proc/process.h"
#include "vm/aspace.h"

#define ENOUGH 8 // pages: no fault needs more, with tables and nodes
#define TRIES 3  // of an access for which there should be enough

#define PROCESS_PAGES 3 // of the process itself: its kernel stack, and its structs

static struct waitq victims_wait = WAITQ_INIT(victims_wait);

// The first program, of which init reports why it ended.
static struct {
	pid_t pid;   // [c] once it runs
	bool killed; // [process_lock]
} watched;

// Is a victim still there? Caller: holds process_lock.
static bool victim_is_dying(void)
{
	const struct process *process;

	list_for_each(process, &all_processes, all_link)
		if (process->oom_victim && !process->zombie)
			return true;
	return false;
}

size_t oom_held_pages(const struct process *process)
{
	size_t pages = PROCESS_PAGES;

	if (process->aspace)
		pages += aspace_held_pages(process->aspace);
	if (process->files)
		pages += fdtable_held_pages(process->files);
	return pages;
}

long oom_points(const struct process *process)
{
	return (long)oom_held_pages(process) +
	       process->oom_score_adj * ((long)page_usable_count() / OOM_SCORE_ADJ_MAX);
}

// The process with most points, of several the youngest. Where all are spared it is `current`, whose
// access found no memory. Caller: holds process_lock.
static struct process *choose_victim(struct process *current)
{
	struct process *process, *victim = NULL;
	long most = LONG_MIN;

	list_for_each(process, &all_processes, all_link) {
		long points;

		if (process->pid == PID_INIT || process->zombie || !process->aspace ||
		    process->oom_score_adj == OOM_SCORE_ADJ_MIN)
			continue;
		points = oom_points(process);
		if (points >= most) {
			victim = process;
			most = points;
		}
	}
	return victim ? victim : current;
}

// Kill a process, with all that share its memory: before they end, none of it is free. Caller:
// holds process_lock.
static void kill(const struct process *victim)
{
	const struct aspace *as = victim->aspace;
	struct process *process;

	printk(LOG_ERR, "out of memory: killed pid %d (%s), which holds %zu pages\n", victim->pid,
	       victim->name, oom_held_pages(victim));
	list_for_each(process, &all_processes, all_link) {
		if (process->aspace == as && !process->zombie) {
			process->oom_victim = true;
			signal_send(process, SIGKILL, NULL);
		}
	}
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
	if (!process->oom_victim && !victim_is_dying())
		kill(choose_victim(process));
	while (!process->oom_victim && victim_is_dying())
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
	if (process->pid == watched.pid && WIFSIGNALED(process->exit_status))
		watched.killed = WTERMSIG(process->exit_status) == SIGKILL;
	waitq_wake_all(&victims_wait);
}

void oom_init(void)
{
	vm_no_memory_hook = make_room;
	thread_no_memory_hook = make_room;
}
