// group_signals.c: sending signals to process groups.
#include "proc/group_signals.h"

#include "proc/process.h"
#include "proc/process_permission.h"
#include "proc/signal.h"
#include "thread/mutex.h"
#include "thread/yield.h"

#define SEND_COST 300   // instructions, roughly, to send a signal
#define AT_ONCE_MAX 500 // larger groups get their signal with yields in between

// So many groups can be large at one time: each member has a number.
#define LARGE_GROUPS (PID_MAX / AT_ONCE_MAX)

// The signals that are left for large groups. [p] process_lock
static struct {
	pid_t pgid;    // [p]
	sigmask_t set; // [p]
} left[LARGE_GROUPS];
static size_t left_count; // [p] entries of left[] in use, from the first on

// Returns how many members the group has, counted to AT_ONCE_MAX + 1 at most. Caller: holds
// process_lock.
static int count_members(pid_t pgid)
{
	const struct pid_slot *group = pid_slot(pgid);
	const struct process *process;
	int count = 0;

	assert_spin_held(&process_lock);
	if (!group)
		return 0;
	list_for_each(process, &group->members, group_link)
		if (++count > AT_ONCE_MAX)
			break;
	return count;
}

// Send to all members of a group that is not large, under one hold of the lock: no member joins or
// leaves in between. A sender without CAP_KILL reaches those to which it may send. Returns how many
// members there are, or -EPERM, as signal_kill_group. Caller: holds process_lock.
static int send_at_once(pid_t pgid, int signo, const struct signal_info *info)
{
	const struct pid_slot *group = pid_slot(pgid);
	bool check = info && !capable(CAP_KILL);
	struct process *process;
	int count = 0, allowed = 0;

	assert_spin_held(&process_lock);
	if (!group)
		return 0;
	list_for_each(process, &group->members, group_link) {
		count++;
		if (unlikely(check) && access_signal_by_ids(process, signo))
			continue;
		allowed++;
		if (signo > 0 && signo < NSIG)
			signal_send(process, signo, info);
	}
	(void)yield_due((uint32_t)count * SEND_COST);
	return count && !allowed ? -EPERM : count;
}

// A signal to a large group.
struct large_group {
	pid_t pgid;
	int signo;
	bool check; // a program sends it
	bool any;   // there is a member
};

// A choice for signal_send_chosen: the members of the group to which the sender may send.
static bool is_member(struct process *process, void *arg)
{
	struct large_group *group = arg;

	if (process->pgid != group->pgid)
		return false;
	group->any = true;
	return !group->check || !access_signal_by_ids(process, group->signo);
}

// Send to a large group. Returns as signal_kill_group.
static int send_to_large(pid_t pgid, int signo, const struct signal_info *info)
{
	struct large_group group = { .pgid = pgid,
		                     .signo = signo,
		                     .check = info && !capable(CAP_KILL) };
	int count = signal_send_chosen(is_member, &group, signo, info);

	return group.any && !count ? -EPERM : count;
}

// The size is tested first: a walk over all processes would cost small groups too much. The list of
// a large group may change during a yield, so the walk is over all processes.
int signal_kill_group(pid_t pgid, int signo, const struct signal_info *info)
{
	int count = 0;
	bool large;

	assert_no_lock();
	spin_lock(&process_lock);
	large = count_members(pgid) > AT_ONCE_MAX;
	if (!large)
		count = send_at_once(pgid, signo, info);
	spin_unlock(&process_lock);
	return large ? send_to_large(pgid, signo, info) : count;
}

// Take entry `i` out of left[]. Returns its signals. Caller: holds process_lock.
static sigmask_t take_entry(size_t i)
{
	sigmask_t set = left[i].set;

	assert_spin_held(&process_lock);
	left[i] = left[--left_count];
	return set;
}

// Make room in left[], which is full: send to a group that is not large any more. There is one,
// because the group that needs the room is large and has no entry. Caller: holds process_lock.
static void make_room(void)
{
	size_t i = 0;
	sigmask_t set;
	pid_t pgid;

	assert_spin_held(&process_lock);
	while (count_members(left[i].pgid) > AT_ONCE_MAX)
		i++;
	pgid = left[i].pgid;
	set = take_entry(i);
	for (int signo = 1; signo < NSIG; signo++)
		if (set & signal_bit(signo))
			send_at_once(pgid, signo, NULL);
}

// Leave `signo` for the group to process 1. A stop signal and SIGCONT discard each other, as they do
// where they are pending. Caller: holds process_lock.
static void leave_signal(pid_t pgid, int signo)
{
	size_t i = 0;

	assert_spin_held(&process_lock);
	while (i < left_count && left[i].pgid != pgid)
		i++;
	if (i == LARGE_GROUPS) {
		make_room();
		i = left_count;
	}
	if (i == left_count) {
		left[left_count].pgid = pgid;
		left[left_count++].set = 0;
	}
	if (is_stop_signal(signo))
		left[i].set &= ~signal_bit(SIGCONT);
	else if (signo == SIGCONT)
		left[i].set &= ~STOP_SIGNALS;
	left[i].set |= signal_bit(signo);
	process_wake_parent(process_find(PID_INIT));
}

void signal_send_group_locked(pid_t pgid, int signo)
{
	assert_spin_held(&process_lock);
	if (count_members(pgid) > AT_ONCE_MAX)
		leave_signal(pgid, signo);
	else
		send_at_once(pgid, signo, NULL);
}

void signal_send_group(pid_t pgid, int signo)
{
	assert_only_spinlock(NULL);
	spin_lock(&process_lock);
	signal_send_group_locked(pgid, signo);
	spin_unlock(&process_lock);
}

bool group_signals_left(void)
{
	assert_spin_held(&process_lock);
	return left_count != 0;
}

// SIGHUP goes before SIGCONT: in the order of their numbers.
void group_signals_send(void)
{
	assert_no_lock();
	spin_lock(&process_lock);
	while (left_count) {
		pid_t pgid = left[0].pgid;
		sigmask_t set = take_entry(0);

		spin_unlock(&process_lock);
		for (int signo = 1; signo < NSIG; signo++)
			if (set & signal_bit(signo))
				signal_kill_group(pgid, signo, NULL);
		spin_lock(&process_lock);
	}
	spin_unlock(&process_lock);
}

void group_signals_forget(pid_t pgid)
{
	assert_spin_held(&process_lock);
	for (size_t i = 0; i < left_count; i++)
		if (left[i].pgid == pgid) {
			take_entry(i);
			return;
		}
}
