// procfs_status.c: the files of /proc/PID and of /proc/PID/task/TID that show the state of a process or
// of a thread: stat, statm, status, comm, in Linux's form (proc(5)).
#include "procfs/procfs.h"

#include "proc/process.h"
#include "proc/procfs_pid.h"
#include "proc/thread_group.h"
#include "thread/credentials.h"
#include "thread/timer.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include <abi/time.h>

// The facts about a process, or about a thread of it, that the files show, taken at one moment.
struct snapshot {
	pid_t tid, pid, ppid, pgid, sid;
	uint32_t threads; // 1 for a zombie too, as on Linux
	char name[16];
	char state;
	uint64_t started;
	struct aspace_usage memory; // all 0 for a zombie and for init
	sigmask_t pending, thread_pending, blocked;
	struct usage usage, reaped;
	struct cpu_time time, reaped_time;
	int nice;
};

// Returns the letter of the state of a process, or of its thread `thread`, as in proc(5).
static char state_of(const struct process *process, const struct thread *thread)
{
	if (process->zombie)
		return 'Z';
	if (process->signals.job == JOB_STOPPED)
		return 'T';
	return thread->state == THREAD_RUNNABLE ? 'R' : 'S';
}

// Copy the facts about a thread: of a process without `alone`, whose times and faults are those of all
// its threads, else of a thread. Caller: holds process_lock.
static void take_thread(struct thread *thread, bool alone, struct snapshot *shot)
{
	assert_spin_held(&process_lock);
	shot->thread_pending = thread->signals.set;
	shot->blocked = thread->sigmask;
	shot->nice = thread->nice;
	if (!alone)
		return;
	shot->tid = thread->tid;
	memcpy(shot->name, thread->name, sizeof(shot->name));
	usage_of_thread(thread, &shot->usage);
	shot->time = cputime_report(&shot->usage.cpu, &thread->reported);
}

// Copy the facts about a process. `thread`: the one that the files show; NULL for a zombie. Caller:
// holds process_lock.
static void take_process(struct process *process, const struct thread *thread, struct snapshot *shot)
{
	assert_spin_held(&process_lock);
	shot->tid = shot->pid = process->pid;
	shot->ppid = process->parent ? process->parent->pid : 0;
	shot->pgid = process->pgid;
	shot->sid = process->sid;
	shot->threads = process->zombie ? 1 : process->thread_count;
	shot->state = state_of(process, thread);
	shot->started = process->started;
	shot->pending = process->signals.queue.set;
	memcpy(shot->name, process->name, sizeof(shot->name));
	usage_of_process(process, &shot->usage);
	shot->reaped = process->reaped;
	shot->time = cputime_report(&shot->usage.cpu, &process->reported);
	shot->reaped_time = cputime_report(&process->reaped.cpu, &process->reported_reaped);
}

// Take a snapshot of process `id`, or with `alone` of thread `id`. Returns 0 or -ESRCH. The memory is
// counted after the lock's release, with a reference on the space: that takes a sleeping lock.
static int take_snapshot(pid_t id, bool alone, struct snapshot *shot)
{
	struct thread *thread = NULL;
	struct process *process;
	struct aspace *as;

	memset(shot, 0, sizeof(*shot));
	spin_lock(&process_lock);
	process = alone ? process_of_tid(id) : process_find(id);
	if (process && !process->zombie)
		thread = alone ? thread_find(id) : process_thread(process);
	if (process && !process->zombie && !thread)
		process = NULL; // the thread has ended
	if (process)
		take_process(process, thread, shot);
	if (thread)
		take_thread(thread, alone, shot);
	spin_unlock(&process_lock);
	if (!process)
		return -ESRCH;
	as = process_get_aspace(shot->pid);
	if (as) {
		aspace_count(as, &shot->memory);
		aspace_put(as);
	}
	return 0;
}

// Returns the pages in memory.
static size_t resident(const struct aspace_usage *memory)
{
	return memory->anonymous + memory->objects;
}

// Returns a time in the ticks that /proc uses (USER_HZ).
static uint64_t ticks_of(uint64_t ns)
{
	return ns / (NS_PER_SECOND / USER_HZ);
}

// stat: 52 fields in one line. Fields that have no meaning here are constants.
static int show_stat(struct seq *seq, pid_t id, bool alone)
{
	struct snapshot shot;
	int error = take_snapshot(id, alone, &shot);

	if (error)
		return error;
	seq_printf(seq, "%d (%s) %c %d %d %d 0 -1 0 %u %u 0 0 ", shot.tid, shot.name, shot.state,
	           shot.ppid, shot.pgid, shot.sid, shot.usage.faults, shot.reaped.faults);
	seq_printf(seq, "%llu %llu %llu %llu %d %d %u 0 ", ticks_of(shot.time.user),
	           ticks_of(shot.time.system), ticks_of(shot.reaped_time.user),
	           ticks_of(shot.reaped_time.system), 20 + shot.nice, shot.nice, shot.threads);
	seq_printf(seq, "%llu %zu %zu 4294967295 ", shot.started / (NS_PER_SECOND / 100),
	           shot.memory.size * PAGE_SIZE, resident(&shot.memory));
	seq_printf(seq, "0 0 0 0 0 %u %u 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
	           (uint32_t)shot.thread_pending, (uint32_t)shot.blocked);
	return 0;
}

// Returns the word for a state's letter.
static const char *state_name(char state)
{
	switch (state) {
	case 'R':
		return "running";
	case 'T':
		return "stopped";
	case 'Z':
		return "zombie";
	default:
		return "sleeping";
	}
}

// Write a line of status that shows a size.
static void show_kib(struct seq *seq, const char *name, size_t pages)
{
	seq_printf(seq, "%s:\t%8zu kB\n", name, pages * (PAGE_SIZE / 1024));
}

// Write the lines of status about memory. As on Linux, pages of files count as shared memory if
// the file system is a tmpfs, as ours is; and a process without an address space has no
// such lines.
static void show_memory(struct seq *seq, const struct aspace_usage *memory)
{
	if (memory->size == 0)
		return;
	show_kib(seq, "VmSize", memory->size);
	show_kib(seq, "VmLck", memory->locked);
	show_kib(seq, "VmRSS", resident(memory));
	show_kib(seq, "RssAnon", memory->anonymous);
	show_kib(seq, "RssFile", 0);
	show_kib(seq, "RssShmem", memory->objects);
	show_kib(seq, "VmData", memory->data);
	show_kib(seq, "VmStk", memory->stack);
	show_kib(seq, "VmExe", memory->text);
	show_kib(seq, "VmLib", 0);
	show_kib(seq, "VmPTE", memory->tables);
	show_kib(seq, "VmSwap", 0);
	show_kib(seq, "HugetlbPages", memory->large * LARGE_PAGES);
}

// statm, in pages: all, resident, shared of these, text, libraries, data with the stack, dirty.
int procfs_show_statm(struct seq *seq, pid_t pid)
{
	struct snapshot shot;
	int error = take_snapshot(pid, false, &shot);

	if (error)
		return error;
	seq_printf(seq, "%zu %zu %zu %zu 0 %zu 0\n", shot.memory.size, resident(&shot.memory),
	           shot.memory.objects, shot.memory.text, shot.memory.data + shot.memory.stack);
	return 0;
}

// Returns a new reference on the credentials of process `id`, or with `alone` of thread `id`; NULL if
// it has ended.
static struct credentials *get_credentials(pid_t id, bool alone)
{
	struct credentials *credentials = NULL;
	const struct process *process;
	const struct thread *thread;

	spin_lock(&process_lock);
	thread = alone ? thread_find(id) : NULL;
	process = thread ? NULL : process_find(id);
	if (thread)
		credentials = credentials_get(thread->credentials);
	else if (process && process->zombie)
		credentials = credentials_get(process->ended_credentials);
	else if (process)
		credentials = credentials_get(process_thread(process)->credentials);
	spin_unlock(&process_lock);
	return credentials;
}

#define GROUP_COST 400 // instructions, roughly, to write a group

// Write the lines of status about users and groups.
static void show_ids(struct seq *seq, const struct credentials *who)
{
	seq_printf(seq, "Uid:\t%u\t%u\t%u\t%u\n", who->user.real, who->user.effective,
	           who->user.saved, who->user.fs);
	seq_printf(seq, "Gid:\t%u\t%u\t%u\t%u\nGroups:\t", who->group.real, who->group.effective,
	           who->group.saved, who->group.fs);
	for (uint32_t i = 0; i < who->group_count; i++) {
		seq_printf(seq, i ? " %u" : "%u", who->groups[i]);
		(void)yield_after(GROUP_COST);
	}
	seq_printf(seq, " \n");
}

// Write the lines of status about capabilities. None is ever ambient.
static void show_caps(struct seq *seq, const struct credentials *who)
{
	seq_printf(seq, "CapInh:\t%016llx\nCapPrm:\t%016llx\nCapEff:\t%016llx\n", who->inheritable,
	           who->permitted, who->effective);
	seq_printf(seq, "CapBnd:\t%016llx\nCapAmb:\t%016llx\n", who->bounding, 0ull);
}

// status: some of Linux's lines, in Linux's order.
static int show_status(struct seq *seq, pid_t id, bool alone)
{
	struct credentials *who;
	struct snapshot shot;
	int error = take_snapshot(id, alone, &shot);

	if (error)
		return error;
	who = get_credentials(id, alone);
	if (!who)
		return -ESRCH;
	seq_printf(seq, "Name:\t%s\nState:\t%c (%s)\n", shot.name, shot.state,
	           state_name(shot.state));
	seq_printf(seq, "Tgid:\t%d\nPid:\t%d\nPPid:\t%d\n", shot.pid, shot.tid, shot.ppid);
	show_ids(seq, who);
	show_memory(seq, &shot.memory);
	seq_printf(seq, "Threads:\t%u\nSigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\n",
	           shot.threads, shot.thread_pending, shot.pending, shot.blocked);
	show_caps(seq, who);
	credentials_put(who);
	seq_printf(seq, "voluntary_ctxt_switches:\t%u\nnonvoluntary_ctxt_switches:\t%u\n",
	           shot.usage.waits, shot.usage.preempted);
	return 0;
}

// comm: the name.
static int show_comm(struct seq *seq, pid_t id, bool alone)
{
	struct snapshot shot;
	int error = take_snapshot(id, alone, &shot);

	if (!error)
		seq_printf(seq, "%s\n", shot.name);
	return error;
}

int procfs_show_stat(struct seq *seq, pid_t pid)
{
	return show_stat(seq, pid, false);
}

int procfs_show_thread_stat(struct seq *seq, pid_t tid)
{
	return show_stat(seq, tid, true);
}

int procfs_show_status(struct seq *seq, pid_t pid)
{
	return show_status(seq, pid, false);
}

int procfs_show_thread_status(struct seq *seq, pid_t tid)
{
	return show_status(seq, tid, true);
}

int procfs_show_comm(struct seq *seq, pid_t pid)
{
	return show_comm(seq, pid, false);
}

int procfs_show_thread_comm(struct seq *seq, pid_t tid)
{
	return show_comm(seq, tid, true);
}
