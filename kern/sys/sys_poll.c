// sys_poll.c: waiting for several files at once (poll(2)). A waiter is put on the queue of each
// file; then the thread sleeps once. A wakeup does not say which file it came from, so all are
// looked at again.
#include "sys/sys_poll.h"

#include "fs/fdtable.h"
#include "proc/process.h"
#include "sys/poll_list.h"
#include "sys/sys_restart.h"
#include "sys/syscall.h"
#include "thread/timer.h"
#include "thread/yield.h"
#include "vm/uaccess.h"

// About how many instructions it takes to ask a file.
#define POLL_COST 100

// Look at a file, and put a waiter on its queue if `wait`. A descriptor below 0 is passed over; one
// that is not open reports POLLNVAL, which is no error of the call. Returns true if the descriptor
// has events.
static bool look_at(struct pollfd *fd, struct polled *polled, bool wait)
{
	struct poll_table table = { .next = wait ? &polled->waiter : NULL };

	fd->revents = 0;
	if (fd->fd < 0)
		return false;
	if (!polled->file)
		fd->revents = POLLNVAL;
	else
		fd->revents = (short)(file_events(polled->file, &table) &
		                      ((uint32_t)fd->events | POLLERR | POLLHUP));
	return fd->revents != 0;
}

// Look at every file, and put a waiter on its queue as long as none was ready: with one ready
// the poll does not sleep, and the rest is only looked at. Returns how many have events.
static int look(struct poll_list *list, bool wait)
{
	struct poll_block *block;
	int ready = 0;

	for (block = list->first; block; block = block->next) {
		for (uint32_t i = 0; i < block->count; i++) {
			ready += look_at(&block->fds[i], &block->polled[i], wait && !ready);
			(void)yield_after(POLL_COST);
		}
	}
	return ready;
}

// Take all waiters off their queues.
static void stop_waiting(struct poll_list *list)
{
	for (struct poll_block *block = list->first; block; block = block->next) {
		for (uint32_t i = 0; i < block->count; i++) {
			waiter_remove(&block->polled[i].waiter);
			(void)yield_after(POLL_COST / 4);
		}
	}
}

// Look and sleep until a file is ready, a signal waits, or the time is over. Files count more
// than a signal: it interrupts only if none is ready.
static int poll_loop(struct poll_list *list, uint64_t deadline)
{
	bool wait = true;
	int ready, error = 0;

	for (;;) {
		ready = look(list, wait);
		if (!ready && wait && !thread_signal_pending())
			error = waiter_block(WAIT_INTERRUPTIBLE, deadline);
		if (wait)
			stop_waiting(list);
		if (!ready && thread_signal_pending())
			return -ERESTARTNOHAND;
		if (ready || !wait)
			return ready;
		if (error)
			wait = false; // the time is over: look once more
	}
}

// Look at the files of a block, each of which is borrowed for that long. Returns how many have events.
static int look_now(struct poll_block *block)
{
	struct fdtable *files = thread_current()->files;
	struct poll_table none = { .next = NULL };
	int ready = 0;

	for (struct pollfd *fd = block->fds; fd < block->fds + block->count; fd++) {
		unsigned int events = 0;
		struct file *file;
		bool counted;

		if (likely(fd->fd >= 0)) {
			file = fd_borrow(files, fd->fd, &counted);
			events = file ? file_events(file, &none) : POLLNVAL;
			events &= (uint32_t)fd->events | POLLERR | POLLHUP | POLLNVAL;
			if (file)
				fd_return(file, counted);
		}
		fd->revents = (short)events;
		ready += events != 0;
	}
	return ready;
}

// poll_files without waiting: no reference and no waiter outlives the look at a file.
static int poll_now(struct poll_list *list)
{
	int ready = 0;

	for (struct poll_block *block = list->first; block; block = block->next) {
		ready += look_now(block);
		(void)yield_after(block->count * POLL_COST);
	}
	return !ready && thread_signal_pending() ? -ERESTARTNOHAND : ready;
}

// A wait holds the files by references: another process that shares the table may close a descriptor
// meanwhile, and the queue of the file must not go while a waiter is on it.
int poll_files(struct poll_list *list, uint64_t deadline)
{
	struct fdtable *files = thread_current()->files;

	assert_no_lock();
	if (deadline == 0)
		return poll_now(list);
	for (struct poll_block *block = list->first; block; block = block->next) {
		for (uint32_t i = 0; i < block->count; i++) {
			int fd = block->fds[i].fd;

			block->polled[i].file = fd < 0 ? NULL : fd_get(files, fd);
			(void)yield_after(POLL_COST);
		}
	}
	return poll_loop(list, deadline);
}

// Convert a time-out to a deadline. 0 means: do not wait. More than 2^32 seconds become no
// deadline at all, before the sum could overflow. Returns 0 or -EINVAL.
static int deadline_of(int64_t seconds, int64_t ns, uint64_t *deadline)
{
	if (seconds < 0 || ns < 0 || ns >= (int64_t)NS_PER_SECOND)
		return -EINVAL;
	*deadline = NO_DEADLINE;
	if (seconds == 0 && ns == 0)
		*deadline = 0;
	else if (seconds < (1ll << 32))
		*deadline = clock_ns() + (uint64_t)seconds * NS_PER_SECOND + (uint64_t)ns;
	return 0;
}

int poll_deadline(const struct timespec __user *timeout, uint64_t *deadline)
{
	struct timespec ts;

	*deadline = NO_DEADLINE;
	if (!timeout)
		return 0;
	if (copyin(aspace_current(), &ts, timeout, sizeof(ts)))
		return -EFAULT;
	return deadline_of(ts.tv_sec, ts.tv_nsec, deadline);
}

int poll_deadline64(const struct timespec64 __user *timeout, uint64_t *deadline)
{
	struct timespec64 ts;

	*deadline = NO_DEADLINE;
	if (!timeout)
		return 0;
	if (copyin(aspace_current(), &ts, timeout, sizeof(ts)))
		return -EFAULT;
	return deadline_of(ts.tv_sec, (int32_t)ts.tv_nsec, deadline);
}

// Returns how much time is left until `deadline`, not less than 0.
static struct timespec64 time_left(uint64_t deadline)
{
	uint64_t now = clock_ns(), left = deadline > now ? deadline - now : 0;
	uint64_t seconds = left / NS_PER_SECOND;

	return (struct timespec64){ (int64_t)seconds, (int64_t)(left - seconds * NS_PER_SECOND) };
}

// A failure to store the time is no error of the call, as on Linux; poll_result says what
// becomes of it. Without a time-out, and with one of 0, nothing is stored.
long poll_time_left(struct timespec __user *timeout, uint64_t deadline, long result)
{
	struct timespec64 left = time_left(deadline);
	struct timespec ts = { (time_t)left.tv_sec, (long)left.tv_nsec };

	if (!timeout || deadline == 0 || deadline == NO_DEADLINE)
		return result;
	return poll_result(!copyout(aspace_current(), timeout, &ts, sizeof(ts)), result);
}

long poll_time_left64(struct timespec64 __user *timeout, uint64_t deadline, long result)
{
	struct timespec64 left = time_left(deadline);

	if (!timeout || deadline == 0 || deadline == NO_DEADLINE)
		return result;
	return poll_result(!copyout(aspace_current(), timeout, &left, sizeof(left)), result);
}

// The size is checked before the address, as in Linux's set_user_sigmask.
int wait_mask_begin(struct wait_mask *mask, const sigset_t __user *user, size_t size)
{
	sigset_t set;

	mask->set = user != NULL;
	if (!user)
		return 0;
	if (size != sizeof(set))
		return -EINVAL;
	if (copyin(aspace_current(), &set, user, sizeof(set)))
		return -EFAULT;
	mask->saved = thread_current()->sigmask;
	signal_set_mask((sigmask_t)set.bits[1] << 32 | set.bits[0]);
	return 0;
}

// The saved mask goes into the handler's frame, from which sigreturn restores it.
void wait_mask_end(struct wait_mask *mask, long result)
{
	struct thread *thread = thread_current();

	if (!mask->set)
		return;
	if (result == -ERESTARTNOHAND) {
		thread->saved_sigmask = mask->saved;
		thread->restore_sigmask = true;
	} else {
		signal_set_mask(mask->saved);
	}
}

// Returns the address of fds[i].revents. It is computed as a number, since the program's array
// need not be aligned.
static short __user *revents_of(struct pollfd __user *fds, uint32_t i)
{
	size_t offset = i * sizeof(struct pollfd) + offsetof(struct pollfd, revents);

	return (short __user *)((uintptr_t)(__force void *)fds + offset);
}

// Fetch the descriptors from the program. Returns 0 or -EFAULT.
static int fetch_list(struct poll_list *list, struct pollfd __user *user)
{
	size_t done = 0;

	for (struct poll_block *block = list->first; block; block = block->next) {
		size_t size = block->count * sizeof(*block->fds);

		if (copyin(aspace_current(), block->fds,
		           (const char __user *)(__force const char *)user + done, size))
			return -EFAULT;
		done += size;
		(void)yield_after((uint32_t)size / 4);
	}
	return 0;
}

// Store the revents of all descriptors. Returns 0 or -EFAULT.
static int store_revents(const struct poll_list *list, struct pollfd __user *user)
{
	uint32_t done = 0;

	for (struct poll_block *block = list->first; block; block = block->next) {
		for (uint32_t i = 0; i < block->count; i++, done++)
			if (put_user(aspace_current(), revents_of(user, done),
			             block->fds[i].revents))
				return -EFAULT;
		(void)yield_after(block->count * POLL_COST / 4);
	}
	return 0;
}

// Fetch the descriptors, poll them, and store revents alone: `fd` and `events` stay the
// program's (POSIX: poll). They are stored also when a signal ended the wait. Returns how many
// have events, or -errno.
static long poll_user(struct pollfd __user *user, uint32_t count, uint64_t deadline)
{
	struct poll_list list;
	long result;

	if (count > thread_limit(RLIMIT_NOFILE))
		return -EINVAL;
	result = poll_list_make(&list, count, deadline != 0);
	if (!result)
		result = fetch_list(&list, user);
	if (!result) {
		result = poll_files(&list, deadline);
		if (store_revents(&list, user))
			result = -EFAULT;
	}
	poll_list_free(&list);
	return result;
}

static long resume_poll(void);

// Do poll() until `deadline`. After a signal without a handler it continues to the same end.
static long poll_to_end(struct pollfd __user *fds, uint32_t count, uint64_t deadline)
{
	struct call_restart restart = {
		.resume = resume_poll, .deadline = deadline, .user = fds, .args[0] = count
	};
	long result = poll_user(fds, count, deadline);

	return result == -ERESTARTNOHAND ? restart_later(&restart) : result;
}

// Continue a poll that a signal interrupted (struct call_restart).
static long resume_poll(void)
{
	const struct call_restart *restart = &thread_current()->restart;

	return poll_to_end(restart->user, restart->args[0], restart->deadline);
}

// poll(2). A negative time means for ever.
SYSCALL3(poll, struct pollfd __user *, fds, uint32_t, count, int, milliseconds)
{
	uint64_t deadline = NO_DEADLINE;

	if (milliseconds >= 0)
		deadline = milliseconds ? clock_ns() + (uint64_t)milliseconds * NS_PER_MS : 0;
	return poll_to_end(fds, count, deadline);
}

// ppoll(2). The time-out and the mask are fetched before the descriptors. Unlike poll, the call
// is made again with the time that is left, which is stored.
SYSCALL5(ppoll, struct pollfd __user *, fds, uint32_t, count, struct timespec __user *, timeout,
         const sigset_t __user *, mask, size_t, size)
{
	struct wait_mask wait_mask;
	uint64_t deadline;
	long result = poll_deadline(timeout, &deadline);

	if (!result)
		result = wait_mask_begin(&wait_mask, mask, size);
	if (result)
		return result;
	result = poll_user(fds, count, deadline);
	wait_mask_end(&wait_mask, result);
	return poll_time_left(timeout, deadline, result);
}

// ppoll(2) with seconds of 64 bits.
SYSCALL5(ppoll_time64, struct pollfd __user *, fds, uint32_t, count, struct timespec64 __user *,
         timeout, const sigset_t __user *, mask, size_t, size)
{
	struct wait_mask wait_mask;
	uint64_t deadline;
	long result = poll_deadline64(timeout, &deadline);

	if (!result)
		result = wait_mask_begin(&wait_mask, mask, size);
	if (result)
		return result;
	result = poll_user(fds, count, deadline);
	wait_mask_end(&wait_mask, result);
	return poll_time_left64(timeout, deadline, result);
}
