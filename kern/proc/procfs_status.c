// procfs_status.c: /proc/PID/status and /proc/PID/task/TID/status, in Linux's form (proc(5)). The lines
// are in Linux's order.
#include "procfs/procfs.h"

#include "proc/process.h"
#include "proc/process_facts.h"
#include "proc/procfs_pid.h"
#include "proc/thread_group.h"
#include "thread/credentials.h"
#include "thread/yield.h"

#define GROUP_COST 400 // instructions, roughly, to write a group

// Returns the word for a state's letter.
static const char *state_name(char state)
{
	switch (state) {
	case 'R':
		return "running";
	case 'T':
		return "stopped";
	case 't':
		return "tracing stop";
	case 'Z':
		return "zombie";
	case 'D':
		return "disk sleep";
	default:
		return "sleeping";
	}
}

// Write a line of status that shows a size.
static void show_kib(struct seq *seq, const char *name, size_t pages)
{
	seq_printf(seq, "%s:\t%8zu kB\n", name, pages * (PAGE_SIZE / 1024));
}

// Write the lines about memory. As on Linux, pages of files count as shared memory if the file system is
// a tmpfs, as ours is; and a process without an address space has no such lines. No page is pinned for
// devices.
static void show_memory(struct seq *seq, const struct process_facts *facts)
{
	const struct aspace_usage *memory = &facts->memory;
	size_t text = process_text_pages(facts);

	if (!facts->has_memory)
		return;
	show_kib(seq, "VmSize", memory->size);
	show_kib(seq, "VmLck", memory->locked);
	show_kib(seq, "VmPin", 0);
	show_kib(seq, "VmRSS", memory->anonymous + memory->objects);
	show_kib(seq, "RssAnon", memory->anonymous);
	show_kib(seq, "RssFile", 0);
	show_kib(seq, "RssShmem", memory->objects);
	show_kib(seq, "VmData", memory->data);
	show_kib(seq, "VmStk", memory->stack);
	show_kib(seq, "VmExe", text);
	show_kib(seq, "VmLib", memory->text - text);
	show_kib(seq, "VmPTE", memory->tables);
	show_kib(seq, "VmSwap", 0);
	show_kib(seq, "HugetlbPages", memory->large * LARGE_PAGES);
	seq_printf(seq, "CoreDumping:\t0\nTHP_enabled:\t0\n");
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

// Write the lines about users and groups, with the descriptors between them.
static void show_ids(struct seq *seq, const struct process_facts *facts,
                     const struct credentials *who)
{
	seq_printf(seq, "Uid:\t%u\t%u\t%u\t%u\n", who->user.real, who->user.effective,
	           who->user.saved, who->user.fs);
	seq_printf(seq, "Gid:\t%u\t%u\t%u\t%u\nFDSize:\t%u\nGroups:\t", who->group.real,
	           who->group.effective, who->group.saved, who->group.fs, facts->descriptors);
	for (uint32_t i = 0; i < who->group_count; i++) {
		seq_printf(seq, i ? " %u" : "%u", who->groups[i]);
		(void)yield_after(GROUP_COST);
	}
	seq_printf(seq, " \n");
}

// Write the lines about signals.
static void show_signals(struct seq *seq, const struct process_facts *facts)
{
	seq_printf(seq, "SigQ:\t%u/%llu\n", facts->signals_of_user, facts->signal_limit);
	seq_printf(seq, "SigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\n",
	           facts->thread_pending, facts->pending, facts->blocked);
	seq_printf(seq, "SigIgn:\t%016llx\nSigCgt:\t%016llx\n", facts->ignored, facts->caught);
}

// Write the lines about capabilities. None is ever ambient, and no system call is ever filtered.
static void show_caps(struct seq *seq, const struct process_facts *facts,
                      const struct credentials *who)
{
	seq_printf(seq, "CapInh:\t%016llx\nCapPrm:\t%016llx\nCapEff:\t%016llx\n", who->inheritable,
	           who->permitted, who->effective);
	seq_printf(seq, "CapBnd:\t%016llx\nCapAmb:\t%016llx\nNoNewPrivs:\t%d\nSeccomp:\t0\n",
	           who->bounding, 0ull, facts->no_new_privs);
}

// status. There is one processor, and one node of memory.
static int show_status(struct seq *seq, pid_t id, bool alone)
{
	struct process_facts facts;
	struct credentials *who;
	int error = process_facts_take(id, alone, true, &facts);

	if (error)
		return error;
	who = get_credentials(id, alone);
	if (!who)
		return -ESRCH;
	seq_printf(seq, "Name:\t%s\n", facts.name);
	if (facts.has_files)
		seq_printf(seq, "Umask:\t%04o\n", facts.umask);
	seq_printf(seq, "State:\t%c (%s)\n", facts.state, state_name(facts.state));
	seq_printf(seq, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n", facts.pid,
	           facts.tid, facts.ppid, facts.tracer);
	show_ids(seq, &facts, who);
	seq_printf(seq, "Kthread:\t%d\n", !facts.has_memory && !facts.zombie);
	show_memory(seq, &facts);
	seq_printf(seq, "Threads:\t%u\n", facts.threads);
	show_signals(seq, &facts);
	show_caps(seq, &facts, who);
	credentials_put(who);
	seq_printf(seq, "Cpus_allowed:\t1\nCpus_allowed_list:\t0\n"
	                "Mems_allowed:\t1\nMems_allowed_list:\t0\n");
	seq_printf(seq, "voluntary_ctxt_switches:\t%u\nnonvoluntary_ctxt_switches:\t%u\n",
	           facts.usage.waits, facts.usage.preempted);
	return 0;
}

int procfs_show_status(struct seq *seq, pid_t pid)
{
	assert_no_lock();
	return show_status(seq, pid, false);
}

int procfs_show_thread_status(struct seq *seq, pid_t tid)
{
	assert_no_lock();
	return show_status(seq, tid, true);
}
