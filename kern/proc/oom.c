// oom.c: out of memory: choosing the process that is killed, and waiting for its end.
#include "proc/oom.h"

#include "mem/page.h"
#include "proc/death.h"
#include "proc/process.h"
#include "vm/aspace.h"
#include <abi/wait.h>

#define ENOUGH 8 // pages: no fault needs more, with page tables and nodes
#define TRIES 3  // how often an access is repeated because there should be enough

bool (*oom_reclaim_hook)(void);

static struct waitq victims_wait = WAITQ_INIT(victims_wait);
static uint32_t victims; // [process_lock] victims that have been killed and have not ended
static bool choosing;    // [process_lock] a thread is choosing a victim

// The first program. Init reports why it has ended.
static struct {
	pid_t pid;   // constant once it runs
	bool killed; // [process_lock]
} watched;

// Returns the next number after `pid` that names a process, or 0.
static pid_t next_process(pid_t pid)
{
	spin_lock(&process_lock);
	pid = pid_next_process(pid);
	spin_unlock(&process_lock);
	return pid;
}

// Returns the measure of the process with most points; of several, of the youngest. If all are
// exempt (OOM_SCORE_ADJ_MIN), the victim is the current process, whose access found no memory.
// Stores the reason in *why, for the report. Yields.
static struct oom_measure choose_victim(const char **why)
{
	struct oom_measure each, victim = { .pid = 0 };
	size_t most = 0;

	oom_measure_begin(true);
	for (pid_t pid = next_process(PID_INIT); pid; pid = next_process(pid)) {
		if (oom_measure(pid, &each) || !each.has_memory)
			continue;
		most = MAX(most, each.pages);
		if (each.adj == OOM_SCORE_ADJ_MIN)
			continue;
		if (victim.pid == 0 || each.points > victim.points ||
		    (each.points == victim.points && each.serial > victim.serial))
			victim = each;
	}
	*why = "of all programs it holds most";
	if (victim.pid == 0) {
		(void)oom_measure(process_current()->pid, &victim);
		*why = "oom_score_adj spares all programs, and this one needs memory; it holds";
	} else if (victim.pages < most) {
		*why = "oom_score_adj spares a program that holds more; this one holds";
	}
	oom_measure_end(true);
	return victim;
}

// Report the kill, with its reason, and return a new reference on the victim's space; NULL if the victim has ended
// by itself meanwhile. Caller: holds process_lock.
static struct aspace *space_of(const struct oom_measure *victim, const char *why)
{
	const struct process *process = process_find(victim->pid);

	assert_spin_held(&process_lock);
	if (!process || process->serial != victim->serial || !process->aspace)
		return NULL;
	death_report_oom(process, victim->pages, why);
	return aspace_get(process->aspace);
}

// A choice for signal_send_chosen: the processes whose memory is the space `arg`. They are victims
// from now on.
static bool becomes_victim(struct process *process, void *arg)
{
	if (process->aspace != arg)
		return false;
	victims += !process->oom_victim;
	process->oom_victim = true;
	return true;
}

// Kill the victim and all processes that share its memory: none of it is free before they all have
// ended. `why`: the reason for the report. Yields.
static void kill(const struct oom_measure *victim, const char *why)
{
	struct aspace *as;

	spin_lock(&process_lock);
	as = space_of(victim, why);
	spin_unlock(&process_lock);
	if (!as)
		return;
	signal_send_chosen(becomes_victim, as, SIGKILL, NULL);
	aspace_put(as);
}

// Choose a victim and kill it. `choosing` keeps other threads from doing the same meanwhile: one
// victim should be enough. Caller: holds process_lock, which is released meanwhile.
static void choose_and_kill(void)
{
	struct oom_measure victim;
	const char *why;

	assert_only_spinlock(&process_lock);
	choosing = true;
	spin_unlock(&process_lock);
	victim = choose_victim(&why);
	kill(&victim, why);
	spin_lock(&process_lock);
	choosing = false;
	waitq_wake_all(&victims_wait);
}

// Returns true if there is free memory although the access at `va` found none: another thread may
// have freed some since. The number of tries is limited, since an access may fail for another
// reason.
static bool worth_another_try(struct thread *thread, uintptr_t va)
{
	if (page_free_count() < ENOUGH)
		return false;
	if (thread->short_va != va) {
		thread->short_va = va;
		thread->short_tries = 0;
	}
	return thread->short_tries++ < TRIES;
}

// vm_no_memory_hook and thread_no_memory_hook: the current process's access to `va` found no
// memory. Returns true if the access should be tried again; false if the process itself must die.
// Only one victim, with the processes that share its memory, is dying at any time. A thread that
// finds one waits for its end and tries again, which may need another victim.
static bool make_room(uintptr_t va)
{
	struct process *process = process_current();

	assert_no_lock();
	if (!process || process->pid == PID_INIT) // threads of the kernel get the error
		return false;
	if (!process->oom_victim && worth_another_try(thread_current(), va))
		return true;
	if (!process->oom_victim && oom_reclaim_hook && oom_reclaim_hook())
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
	assert_spin_held(&process_lock);
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
