// file_owner.c: the owners of files, and sending them their signals. The rules are those of Linux's
// fs/fcntl.c (send_sigio, sigio_perm).
#include "proc/file_owner.h"

#include "proc/process.h"
#include "proc/signal.h"
#include "proc/thread_group.h"
#include "thread/why.h"
#include "thread/yield.h"
#include <abi/poll.h>

#define SEND_COST 300   // instructions, roughly, to send a signal
#define LOOK_COST 20    // and to pass over a process
#define AT_ONCE_MAX 300 // members of a group that get their signal without a yield

int file_owner_find(int type, pid_t pid, struct file_owner *owner)
{
	const struct credentials *own = credentials_current();

	*owner = (struct file_owner){
		.type = type,
		.pid = pid,
		.real = own->user.real,
		.effective = own->user.effective,
	};
	if (!pid)
		return 0;
	spin_lock(&process_lock);
	owner->life = pid_life(pid);
	spin_unlock(&process_lock);
	return owner->life ? 0 : WHY(-ESRCH, "the number %d names nothing", pid);
}

// Returns true if the owner's number is that of the same thing as when it was set. Caller: holds
// process_lock.
static bool lives(const struct file_owner *owner)
{
	assert_spin_held(&process_lock);
	return owner->pid && pid_life(owner->pid) == owner->life;
}

pid_t file_owner_pid(const struct file_owner *owner)
{
	bool found = false;

	spin_lock(&process_lock);
	if (lives(owner)) {
		found = process_find(owner->pid);
		if (owner->type == F_OWNER_TID)
			found |= thread_find(owner->pid) != NULL;
		else if (owner->type == F_OWNER_PGRP)
			found = !list_empty(&pid_slot(owner->pid)->members);
	}
	spin_unlock(&process_lock);
	return found ? owner->pid : 0;
}

// A signal on its way.
struct file_signal {
	const struct file_owner *owner;
	int signo; // 0: SIGIO without details
	struct signal_info info;
};

// Returns true if the owner's ids allow a signal to `process`: root's do, and those that are its real or
// saved user. Caller: holds process_lock.
static bool allowed(const struct file_owner *owner, const struct process *process)
{
	const struct credentials *other = process_credentials(process);

	assert_spin_held(&process_lock);
	return owner->effective == 0 || owner->effective == other->user.saved ||
	       owner->effective == other->user.real || owner->real == other->user.saved ||
	       owner->real == other->user.real;
}

// Send to `process`, or, if that is not NULL, to `thread` of it: best to it, or for F_OWNER_TID to it
// alone. Returns as signal_send. Caller: holds process_lock.
static int send(const struct file_owner *owner, struct process *process, struct thread *thread,
                int signo, const struct signal_info *info)
{
	assert_spin_held(&process_lock);
	if (!thread)
		return signal_send(process, signo, info);
	if (owner->type == F_OWNER_TID)
		return signal_send_thread(thread, signo, info);
	return signal_send_first(thread, signo, info);
}

// Send the signal to a process or a thread. If a real-time signal finds no room, SIGIO says that some were
// lost. Caller: holds process_lock.
static void send_or_fall_back(const struct file_signal *signal, struct process *process,
                              struct thread *thread)
{
	assert_spin_held(&process_lock);
	if (!allowed(signal->owner, process))
		return;
	if (!signal->signo || send(signal->owner, process, thread, signal->signo, &signal->info))
		(void)send(signal->owner, process, thread, SIGIO, NULL);
}

// Send to the members of a group, whose list is not long. Returns false if it is: nothing was sent. Caller:
// holds process_lock.
static bool send_to_few(const struct file_signal *signal)
{
	const struct pid_slot *group = pid_slot(signal->owner->pid);
	struct process *process;
	uint32_t count = 0;

	assert_spin_held(&process_lock);
	list_for_each(process, &group->members, group_link)
		if (++count > AT_ONCE_MAX)
			return false;
	list_for_each(process, &group->members, group_link)
		send_or_fall_back(signal, process, NULL);
	(void)yield_due(count * SEND_COST);
	return true;
}

// Returns the next process of a walk, which a killed thread completes too. Caller: holds process_lock and
// no other lock.
static struct process *walk_next(struct process_walk *walk, uint32_t cost)
{
	struct process *process = process_walk_next(walk, cost);

	assert_only_spinlock(&process_lock);
	return process ? process : process_walk_next(walk, 0);
}

// Send to the members of a large group. The list of members may change during a yield, so the walk is over
// all processes. Caller: holds process_lock and no other lock.
static void send_to_many(const struct file_signal *signal)
{
	struct process_walk walk = { 0 };
	struct process *process;
	uint32_t cost = 0;

	assert_only_spinlock(&process_lock);
	while ((process = walk_next(&walk, cost)) && lives(signal->owner)) {
		cost = LOOK_COST;
		if (process->pgid != signal->owner->pid)
			continue;
		send_or_fall_back(signal, process, NULL);
		cost = SEND_COST;
	}
}

// Send to a thread or a process. For F_OWNER_PID the number may be that of any of its threads. Caller:
// holds process_lock.
static void send_to_one(const struct file_signal *signal)
{
	struct thread *thread = thread_find(signal->owner->pid);
	struct process *process = thread ? thread->process : process_find(signal->owner->pid);

	assert_spin_held(&process_lock);
	if (process && (thread || signal->owner->type != F_OWNER_TID))
		send_or_fall_back(signal, process, thread);
}

// async_send_hook.
static void send_signal(const struct file_owner *owner, int signo, int fd, int reason)
{
	static const uint32_t bands[] = {
		[POLL_IN] = POLLIN | POLLRDNORM,
		[POLL_OUT] = POLLOUT | POLLWRNORM | POLLWRBAND,
		[POLL_MSG] = POLLIN | POLLRDNORM | POLLMSG,
		[POLL_ERR] = POLLERR,
		[POLL_PRI] = POLLPRI | POLLRDBAND,
		[POLL_HUP] = POLLHUP | POLLERR,
	};
	struct file_signal signal = { owner, signo, { .code = reason } };

	signal.info.band = bands[reason];
	signal.info.fd = fd;
	if (signo && signo != SIGIO && (signal_bit(signo) & SIGNALS_WITH_CODES))
		signal.info.code = SI_SIGIO;
	assert_no_lock();
	spin_lock(&process_lock);
	if (lives(owner)) {
		if (owner->type != F_OWNER_PGRP)
			send_to_one(&signal);
		else if (!send_to_few(&signal))
			send_to_many(&signal);
	}
	spin_unlock(&process_lock);
}

void file_owner_init(void)
{
	async_send_hook = send_signal;
}
