// process_facts.c: collecting what /proc shows about a process or a thread.
#include "proc/process_facts.h"

#include "fs/fdtable.h"
#include "fs/path.h"
#include "proc/process.h"
#include "proc/process_permission.h"
#include "proc/ptrace.h"
#include "proc/thread_group.h"

// Returns the letter of the state of a process, or of its thread `thread`, as in proc(5). A program's
// sleep that no signal ends is D there; the kernel's own threads always sleep so.
static char state_of(const struct process *process, const struct thread *thread)
{
	if (process->zombie)
		return 'Z';
	if (thread_is_traced(thread) && thread->trace->state == TRACE_STOPPED)
		return 't';
	if (process->signals.job == JOB_STOPPED && !thread_is_traced(thread))
		return 'T';
	if (thread->state == THREAD_RUNNABLE)
		return 'R';
	return thread->wait_mode == WAIT_INTERRUPTIBLE || !process->aspace ? 'S' : 'D';
}

// Copy the facts about a thread: of a process without `alone`, whose times and faults are those of all
// its threads, else of a thread. Caller: holds process_lock.
static void take_thread(struct thread *thread, bool alone, struct process_facts *facts)
{
	assert_spin_held(&process_lock);
	facts->thread_pending = thread->signals.set;
	facts->blocked = thread->sigmask;
	facts->nice = thread->nice;
	facts->tracer = thread_is_traced(thread) ? thread->trace->tracer->tid : 0;
	if (thread->files && thread->fs_context) {
		facts->has_files = true;
		facts->umask = thread->fs_context->umask;
		facts->descriptors = fdtable_end(thread->files);
	}
	if (!alone)
		return;
	facts->tid = thread->tid;
	memcpy(facts->name, thread->name, sizeof(facts->name));
	usage_of_thread(thread, &facts->usage);
	facts->time = cputime_report(&facts->usage.cpu, &thread->reported);
}

// Returns true if the first thread of a process that is no zombie has ended. As on Linux it still counts
// among the threads, and the process shows its state. Caller: holds process_lock.
static bool first_ended(const struct process *process)
{
	assert_spin_held(&process_lock);
	return !process->zombie && process_thread(process)->tid != process->pid;
}

// Copy the facts about a process. `thread`: the one that the files show, with `alone` it alone; NULL for
// a zombie. Caller: holds process_lock.
static void take_process(struct process *process, const struct thread *thread, bool alone,
                         struct process_facts *facts)
{
	assert_spin_held(&process_lock);
	facts->tid = facts->pid = process->pid;
	facts->ppid = process->parent ? process->parent->pid : 0;
	facts->pgid = process->pgid;
	facts->sid = process->sid;
	facts->threads = process->zombie ? 1 : process->thread_count + first_ended(process);
	facts->state = first_ended(process) && !alone ? 'Z' : state_of(process, thread);
	facts->started = process->started;
	facts->pending = process->signals.queue.set;
	facts->exit_signal = process->exit_signal;
	facts->exit_status = process->zombie ? process->exit_status : 0;
	facts->zombie = process->zombie;
	facts->execed = process->programs != 0;
	facts->inspectable = access_inspect(process) == 0;
	facts->no_new_privs = process->inherited.no_new_privs;
	facts->signals_of_user = process_credentials(process)->account->pending;
	facts->signal_limit = process->limits[RLIMIT_SIGPENDING].rlim_cur;
	facts->memory_limit = process->limits[RLIMIT_RSS].rlim_cur;
	if (!process->zombie)
		signal_dispositions(&process->signals, &facts->ignored, &facts->caught);
	memcpy(facts->name, process->name, sizeof(facts->name));
	usage_of_process(process, &facts->usage);
	facts->reaped = process->reaped;
	facts->time = cputime_report(&facts->usage.cpu, &process->reported);
	facts->reaped_time = cputime_report(&process->reaped.cpu, &process->reported_reaped);
}

// The memory is counted after the lock's release, with a reference on the space: that takes a sleeping
// lock.
int process_facts_take(pid_t id, bool alone, bool count, struct process_facts *facts)
{
	struct thread *thread = NULL;
	struct process *process;
	struct aspace *as;

	assert_no_lock();
	memset(facts, 0, sizeof(*facts));
	spin_lock(&process_lock);
	process = alone ? process_of_tid(id) : process_find(id);
	if (process && !process->zombie)
		thread = alone ? thread_find(id) : process_thread(process);
	if (process && !process->zombie && !thread)
		process = NULL; // the thread has ended
	if (process)
		take_process(process, thread, alone, facts);
	if (thread)
		take_thread(thread, alone, facts);
	spin_unlock(&process_lock);
	if (!process)
		return -ESRCH;
	as = process_get_aspace(facts->pid);
	if (as) {
		facts->has_memory = true;
		facts->layout = *as->layout;
		facts->brk_start = as->brk_start;
		if (count)
			aspace_count(as, &facts->memory);
		aspace_put(as);
	}
	return 0;
}
