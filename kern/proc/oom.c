// oom.c: choosing the process that is killed when memory is gone, and waiting for its end.
#include "proc/oom.h"

#include <abi/wait.h>
#include "mem/page.h"
#include "proc/process.h"
#include "vm/aspace.h"

#define ENOUGH 8 // pages: no fault needs more, with tables and nodes
#define TRIES 3  // of an access for which there should be enough

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

// The process with most pages, of several the youngest, and how many. The faulting process is one
// that can be chosen, so there always is one. Caller: holds process_lock.
static struct process *choose_victim(size_t *pages_store)
{
	struct process *process, *victim = NULL;

	*pages_store = 0;
	list_for_each(process, &all_processes, all_link) {
		size_t pages;

		if (process->pid == PID_INIT || process->zombie || !process->aspace)
			continue;
		pages = aspace_resident_pages(process->aspace);
		if (!victim || pages >= *pages_store) {
			victim = process;
			*pages_store = pages;
		}
	}
	return victim;
}

// Kill a process, with all that share its memory: before they end, none of it is free. Caller:
// holds process_lock.
static void kill(const struct process *victim, size_t pages)
{
	const struct aspace *as = victim->aspace;
	struct process *process;

	printk(LOG_ERR, "out of memory: killed pid %d (%s), %zu pages resident\n", victim->pid,
	       victim->name, pages);
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
	struct process *process = process_current(), *victim;
	size_t pages;

	if (!process || process->pid == PID_INIT) // threads of the kernel look after themselves
		return false;
	if (!process->oom_victim && worth_another_try(process, va))
		return true;
	spin_lock(&process_lock);
	if (!process->oom_victim && !victim_is_dying()) {
		victim = choose_victim(&pages);
		kill(victim, pages);
	}
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
}
