// procfs_stat.c: the files of /proc/PID and of /proc/PID/task/TID that show facts in one line: stat, statm,
// comm, in Linux's form (proc(5)).
#include "procfs/procfs.h"

#include "proc/process.h"
#include "proc/process_facts.h"
#include "proc/procfs_pid.h"
#include "thread/timer.h"
#include "tty/tty.h"
#include <abi/time.h>

// Bits of the field `flags` of stat (Linux: include/linux/sched.h).
#define PF_EXITING 0x4u      // it has ended
#define PF_FORKNOEXEC 0x40u  // it has executed no program since the fork
#define PF_KTHREAD 0x200000u // a thread of the kernel

#define LOW_SIGNALS 0x7fffffffu // stat shows the first 31 signals

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

static uint32_t flags_of(const struct process_facts *facts)
{
	return (facts->zombie ? PF_EXITING : 0) | (facts->execed ? 0 : PF_FORKNOEXEC) |
	       (facts->has_memory || facts->zombie ? 0 : PF_KTHREAD);
}

// Write the fields 1 to 22: who it is, its terminal, its times.
static void show_times(struct seq *seq, const struct process_facts *facts)
{
	dev_t terminal = 0;
	pid_t foreground = -1;

	(void)tty_of_session(facts->sid, &terminal, &foreground);
	seq_printf(seq, "%d (%s) %c %d %d %d %u %d %u %u %u 0 0 ", facts->tid, facts->name,
	           facts->state, facts->ppid, facts->pgid, facts->sid, (uint32_t)terminal,
	           foreground, flags_of(facts), facts->usage.faults, facts->reaped.faults);
	seq_printf(seq, "%llu %llu %llu %llu %d %d %u 0 %llu ", ticks_of(facts->time.user),
	           ticks_of(facts->time.system), ticks_of(facts->reaped_time.user),
	           ticks_of(facts->reaped_time.system), 20 + facts->nice, facts->nice,
	           facts->threads, facts->started / (NS_PER_SECOND / 100));
}

// Write the fields 23 to 31: its memory. As on Linux, who may not look into the process learns only
// whether it has a program.
static void show_memory(struct seq *seq, const struct process_facts *facts)
{
	const struct program_layout *layout = &facts->layout;
	uint32_t hidden = facts->has_memory;

	seq_printf(seq, "%zu %zu ", facts->memory.size * PAGE_SIZE, resident(&facts->memory));
	seq_printf(seq, "%lu ", (unsigned long)MIN(facts->memory_limit, (uint64_t)UINT32_MAX));
	if (facts->inspectable)
		seq_printf(seq, "%u %u %u 0 0 ", layout->code_start, layout->code_end,
		           layout->stack_start);
	else
		seq_printf(seq, "%u %u 0 0 0 ", hidden, hidden);
}

// Write the fields 45 to 52: the places of data and strings, and how it has ended.
static void show_places(struct seq *seq, const struct process_facts *facts)
{
	const struct program_layout *layout = &facts->layout;

	if (facts->inspectable && facts->has_memory)
		seq_printf(seq, "%u %u %u %u %u %u %u ", layout->data_start, layout->data_end,
		           facts->brk_start, layout->args_start, layout->args_end,
		           layout->env_start, layout->env_end);
	else
		seq_printf(seq, "0 0 0 0 0 0 0 ");
	seq_printf(seq, "%d\n", facts->inspectable ? facts->exit_status : 0);
}

// stat: 52 fields in one line. Those that have no meaning here are constants.
static int show_stat(struct seq *seq, pid_t id, bool alone)
{
	struct process_facts facts;
	int error = process_facts_take(id, alone, true, &facts);

	if (error)
		return error;
	show_times(seq, &facts);
	show_memory(seq, &facts);
	seq_printf(seq, "%u %u %u %u 0 0 0 ", (uint32_t)facts.thread_pending & LOW_SIGNALS,
	           (uint32_t)facts.blocked & LOW_SIGNALS, (uint32_t)facts.ignored & LOW_SIGNALS,
	           (uint32_t)facts.caught & LOW_SIGNALS);
	// The signal of its end, the processor, classes of scheduling, waits for devices, guests.
	seq_printf(seq, "%d 0 0 0 0 0 0 ", alone && facts.tid != facts.pid ? -1 : facts.exit_signal);
	show_places(seq, &facts);
	return 0;
}

// statm, in pages: all, resident, shared of these, text, libraries, data with the stack, dirty.
int procfs_show_statm(struct seq *seq, pid_t pid)
{
	struct process_facts facts;
	int error = process_facts_take(pid, false, true, &facts);

	assert_no_lock();
	if (error)
		return error;
	seq_printf(seq, "%zu %zu %zu %zu 0 %zu 0\n", facts.memory.size, resident(&facts.memory),
	           facts.memory.objects, process_text_pages(&facts),
	           facts.memory.data + facts.memory.stack);
	return 0;
}

// comm: the name.
static int show_comm(struct seq *seq, pid_t id, bool alone)
{
	struct process_facts facts;
	int error = process_facts_take(id, alone, false, &facts);

	if (!error)
		seq_printf(seq, "%s\n", facts.name);
	return error;
}

int procfs_show_stat(struct seq *seq, pid_t pid)
{
	assert_no_lock();
	return show_stat(seq, pid, false);
}

int procfs_show_thread_stat(struct seq *seq, pid_t tid)
{
	assert_no_lock();
	return show_stat(seq, tid, true);
}

int procfs_show_comm(struct seq *seq, pid_t pid)
{
	assert_no_lock();
	return show_comm(seq, pid, false);
}

int procfs_show_thread_comm(struct seq *seq, pid_t tid)
{
	assert_no_lock();
	return show_comm(seq, tid, true);
}
