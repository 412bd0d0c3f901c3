// sys_select.c: select, made of poll: each descriptor that is in one of the three sets is polled
// (select(2)).
#include "fs/fdtable.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "sys/poll_list.h"
#include "sys/sys_poll.h"
#include "sys/syscall.h"
#include "thread/timer.h"
#include "thread/yield.h"
#include "vm/uaccess.h"

// About how many instructions it takes to look at a descriptor in the sets.
#define LOOK_COST 30

// One of the three sets, and the events by which a descriptor gets into its answer.
struct fd_set {
	uint32_t __user *user;    // where the program has it; NULL: it has none
	short asked, answered;    // the events to poll for; those that count as an answer
	uint32_t *bits, *answers; // the program's set and the answer, `words` words each
};

struct select {
	uint32_t words;        // words of 32 bits in each set
	struct fd_set sets[3]; // readable, writable, exceptional
	struct poll_list list; // the descriptors that are in any of them, to be polled
};

// Returns true if the program's set has descriptor `fd`.
static bool in_set(const struct fd_set *set, uint32_t fd)
{
	return set->bits[fd / 32] >> (fd % 32) & 1;
}

// Fetch the sets from the program. Returns 0 or -EFAULT.
static int fetch_sets(struct select *select)
{
	for (int i = 0; i < 3; i++) {
		struct fd_set *set = &select->sets[i];

		if (set->user && copyin(aspace_current(), set->bits, set->user, select->words * 4))
			return -EFAULT;
	}
	return 0;
}

// Returns the events for which descriptor `fd` is to be polled; 0: it is in no set.
static short events_of(const struct select *select, uint32_t fd)
{
	short events = 0;

	for (int i = 0; i < 3; i++)
		if (in_set(&select->sets[i], fd))
			events |= select->sets[i].asked;
	return events;
}

// Returns how many of the first `n` descriptors are in any set. Yields.
static uint32_t count_descriptors(const struct select *select, uint32_t n)
{
	uint32_t count = 0;

	for (uint32_t fd = 0; fd < n; fd++) {
		count += events_of(select, fd) != 0;
		(void)yield_after(LOOK_COST);
	}
	return count;
}

// Make the list of descriptors to poll from the first `n`. Returns 0; -EBADF if one of them is
// not open: poll would only mark it; -ENOMEM; -EINTR if the thread must die.
static int list_descriptors(struct select *select, uint32_t n)
{
	struct fdtable *files = thread_current()->files;
	int error = poll_list_make(&select->list, count_descriptors(select, n));
	struct poll_block *block = select->list.first;
	uint32_t used = 0;

	for (uint32_t fd = 0; fd < n && block && !error; fd++) {
		short events = events_of(select, fd);

		error = yield_after(LOOK_COST);
		if (!events)
			continue;
		if (fd_get_cloexec(files, (int)fd) < 0)
			return -EBADF;
		block->fds[used++] = (struct pollfd){ .fd = (int)fd, .events = events };
		if (used == block->count) {
			block = block->next;
			used = 0;
		}
	}
	return error;
}

// Make the answer of one set. Returns how many bits are set in it.
static int answer_set(const struct poll_list *list, struct fd_set *set)
{
	int total = 0;

	for (const struct poll_block *block = list->first; block; block = block->next) {
		for (uint32_t i = 0; i < block->count; i++) {
			uint32_t fd = (uint32_t)block->fds[i].fd;

			if (!in_set(set, fd) || !(block->fds[i].revents & set->answered))
				continue;
			set->answers[fd / 32] |= 1u << fd % 32;
			total++;
		}
		(void)yield_after(block->count * LOOK_COST);
	}
	return total;
}

// Make the answers and store them in the program's sets. A descriptor counts once for each set
// it is in (select(2)). Returns how many bits are set, or -EFAULT.
static int answer(struct select *select)
{
	int total = 0;

	for (int i = 0; i < 3; i++) {
		struct fd_set *set = &select->sets[i];

		total += answer_set(&select->list, set);
		if (set->user &&
		    copyout(aspace_current(), set->user, set->answers, select->words * 4))
			return -EFAULT;
	}
	return total;
}

// Do a select whose sets have room. An error leaves the program's sets as they are.
static int select_run(struct select *select, uint32_t n, uint64_t deadline)
{
	int error = fetch_sets(select);

	if (!error)
		error = list_descriptors(select, n);
	if (error)
		return error;
	error = poll_files(&select->list, deadline);
	return error < 0 ? error : answer(select);
}

// Allocate the sets and answers, `words` words each, in one block. Returns 0 or -ENOMEM.
static int make_sets(struct select *select, uint32_t words)
{
	uint32_t *bits = kzalloc(MAX(words, 1u) * 6 * sizeof(*bits));

	select->words = words;
	for (int i = 0; bits && i < 3; i++) {
		select->sets[i].bits = bits + (size_t)(2 * i) * words;
		select->sets[i].answers = bits + (size_t)(2 * i + 1) * words;
	}
	return bits ? 0 : -ENOMEM;
}

// Returns how many descriptors are looked at: those for which the table has no room are passed
// over, as on Linux.
static uint32_t descriptors_to_poll(int n)
{
	uint32_t end = fdtable_end(thread_current()->files);

	return MIN((uint32_t)n, MAX(end, (uint32_t)OPEN_MAX));
}

// Do a select with a known deadline. Returns how many bits are set in the answers, or -errno. A
// file at its end, or with an error, counts as readable: a read would not wait.
static int select_user(int n, uint32_t __user *readable, uint32_t __user *writable,
                       uint32_t __user *exceptional, uint64_t deadline)
{
	struct select select = {
		.sets = {
			{ readable, POLLIN | POLLRDNORM | POLLRDBAND,
			  POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR, NULL, NULL },
			{ writable, POLLOUT | POLLWRNORM | POLLWRBAND,
			  POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR, NULL, NULL },
			{ exceptional, POLLPRI, POLLPRI, NULL, NULL },
		},
	};
	uint32_t count;
	int result;

	if (n < 0)
		return -EINVAL;
	count = descriptors_to_poll(n);
	if (make_sets(&select, (count + 31) / 32))
		return -ENOMEM;
	result = select_run(&select, count, deadline);
	poll_list_free(&select.list);
	kfree(select.sets[0].bits);
	return result;
}

// Do a select with a time-out in microseconds, and store how much of it is left: Linux does
// that, other systems do not. Microseconds beyond a second are accepted here.
static long select_timeval(int n, uint32_t __user *readable, uint32_t __user *writable,
                           uint32_t __user *exceptional, struct timeval __user *timeout)
{
	uint64_t deadline = NO_DEADLINE, now;
	struct timeval tv;
	long result;

	if (timeout) {
		if (copyin(aspace_current(), &tv, timeout, sizeof(tv)))
			return -EFAULT;
		if (tv.tv_sec < 0 || tv.tv_usec < 0)
			return -EINVAL;
		deadline = (uint64_t)tv.tv_sec * NS_PER_SECOND + (uint64_t)tv.tv_usec * 1000;
		deadline += deadline ? clock_ns() : 0;
	}
	result = select_user(n, readable, writable, exceptional, deadline);
	if (!timeout || deadline == 0)
		return result;
	now = clock_ns();
	deadline = deadline > now ? deadline - now : 0;
	tv.tv_sec = (time_t)(deadline / NS_PER_SECOND);
	tv.tv_usec = (suseconds_t)(deadline % NS_PER_SECOND / 1000);
	return poll_result(!copyout(aspace_current(), timeout, &tv, sizeof(tv)), result);
}

// select(2), with five arguments.
SYSCALL5(_newselect, int, n, uint32_t __user *, readable, uint32_t __user *, writable,
         uint32_t __user *, exceptional, struct timeval __user *, timeout)
{
	return select_timeval(n, readable, writable, exceptional, timeout);
}

// The oldest form of select(2): one pointer to all five arguments.
SYSCALL1(select, const uint32_t __user *, arguments)
{
	uint32_t a[5];

	if (copyin(aspace_current(), a, arguments, sizeof(a)))
		return -EFAULT;
	return select_timeval((int)a[0], (uint32_t __user *)a[1], (uint32_t __user *)a[2],
	                      (uint32_t __user *)a[3], (struct timeval __user *)a[4]);
}

// The sixth argument of pselect6 points to this: a mask and its size. A call has no register for
// a seventh argument.
struct mask_argument {
	uint32_t mask;
	uint32_t size;
};

// Fetch the argument and put the mask in force. Returns 0, -EFAULT or -EINVAL.
static int mask_argument_begin(struct wait_mask *mask, const struct mask_argument __user *user)
{
	struct mask_argument argument = { 0, 0 };

	if (user && copyin(aspace_current(), &argument, user, sizeof(argument)))
		return -EFAULT;
	return wait_mask_begin(mask, (const sigset_t __user *)argument.mask, argument.size);
}

// pselect(2). The time-out is fetched first, then the mask, then the sets. Until wait_mask_end
// no check may return past it, or the mask would stay.
SYSCALL6(pselect6, int, n, uint32_t __user *, readable, uint32_t __user *, writable,
         uint32_t __user *, exceptional, struct timespec __user *, timeout,
         const struct mask_argument __user *, mask)
{
	struct wait_mask wait_mask;
	uint64_t deadline;
	long result = poll_deadline(timeout, &deadline);

	if (!result)
		result = mask_argument_begin(&wait_mask, mask);
	if (result)
		return result;
	result = select_user(n, readable, writable, exceptional, deadline);
	wait_mask_end(&wait_mask, result);
	return poll_time_left(timeout, deadline, result);
}

// pselect(2) with seconds of 64 bits.
SYSCALL6(pselect6_time64, int, n, uint32_t __user *, readable, uint32_t __user *, writable,
         uint32_t __user *, exceptional, struct timespec64 __user *, timeout,
         const struct mask_argument __user *, mask)
{
	struct wait_mask wait_mask;
	uint64_t deadline;
	long result = poll_deadline64(timeout, &deadline);

	if (!result)
		result = mask_argument_begin(&wait_mask, mask);
	if (result)
		return result;
	result = select_user(n, readable, writable, exceptional, deadline);
	wait_mask_end(&wait_mask, result);
	return poll_time_left64(timeout, deadline, result);
}
