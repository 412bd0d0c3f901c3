// sys_select.c: select (select(2)). Only the descriptors that are in one of the three sets are looked
// at. A select that waits makes a list of them, for poll_files; one that does not wait needs no list.
#include "fs/fdtable.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "sys/poll_list.h"
#include "sys/sys_poll.h"
#include "sys/syscall.h"
#include "thread/timer.h"
#include "thread/yield.h"
#include "vm/uaccess.h"

// About how many instructions it takes to look at a descriptor in the sets; to ask its file.
#define LOOK_COST 30
#define POLL_COST 60

// One of the three sets, and the events by which a descriptor gets into its answer.
struct fd_set {
	uint32_t __user *user;    // where the program has it; NULL: it has none
	short asked, answered;    // the events to poll for; those that count as an answer
	uint32_t *bits, *answers; // the program's set and the answer, `words` words each; or NULL
};

#define SETS 3
#define SMALL_WORDS 8 // sets of up to so many words are on the stack

struct select {
	uint32_t n;               // descriptors from here on are looked at in no set
	uint32_t words;           // words of 32 bits in each set
	struct fd_set sets[SETS]; // readable, writable, exceptional
	uint32_t *memory;         // the sets': the caller's, or the heap's where it is too small
};

// Returns true if the program's set has descriptor `fd`.
static bool in_set(const struct fd_set *set, uint32_t fd)
{
	return set->bits && (set->bits[fd / 32] >> (fd % 32) & 1);
}

// Fetch the sets from the program; bits from `n` on count as 0. Returns 0 or -EFAULT.
static int fetch_sets(struct select *select)
{
	uint32_t size = select->words * sizeof(uint32_t), last = select->n % 32;

	for (int i = 0; i < SETS && size; i++) {
		struct fd_set *set = &select->sets[i];

		if (!set->bits)
			continue;
		if (copyin(aspace_current(), set->bits, set->user, size))
			return -EFAULT;
		if (last)
			set->bits[select->words - 1] &= (1u << last) - 1;
		memset(set->answers, 0, size);
	}
	return 0;
}

// Returns word `word` of all sets together: the descriptors that are in any of them.
static uint32_t any_set(const struct select *select, uint32_t word)
{
	uint32_t any = 0;

	for (int i = 0; i < SETS; i++)
		if (select->sets[i].bits)
			any |= select->sets[i].bits[word];
	return any;
}

// Put descriptor `fd`, for which `events` hold, into the answers of the sets that it is in. Returns how
// many answers it has got into.
static inline int answer(struct select *select, uint32_t fd, unsigned int events)
{
	int total = 0;

	for (int i = 0; i < SETS; i++) {
		struct fd_set *set = &select->sets[i];

		if (!(events & (uint32_t)set->answered) || !in_set(set, fd))
			continue;
		set->answers[fd / 32] |= 1u << fd % 32;
		total++;
	}
	return total;
}

// Look at the files of a word of the sets, without waiting. Returns how many bits of the answers are
// set; -EBADF if one of the descriptors is not open: poll would only mark it.
static int select_word(struct select *select, uint32_t word)
{
	struct fdtable *files = thread_current()->files;
	struct poll_table none = { .next = NULL };
	int total = 0;

	for (uint32_t any = any_set(select, word); any; any &= any - 1) {
		uint32_t fd = word * 32 + (uint32_t)__builtin_ctz(any);
		bool counted;
		struct file *file = fd_borrow(files, (int)fd, &counted);

		if (!file)
			return -EBADF;
		total += answer(select, fd, file_events(file, &none));
		fd_return(file, counted);
		(void)yield_due(POLL_COST);
	}
	return total;
}

// select without waiting: no list is made. Yields. Returns how many bits are set in the answers;
// -EBADF; -ERESTARTNOHAND as poll_files.
static int select_now(struct select *select)
{
	int total = 0;

	for (uint32_t word = 0; word < select->words; word++) {
		int found = select_word(select, word);

		if (found < 0)
			return found;
		total += found;
		(void)yield_after(LOOK_COST);
	}
	return !total && thread_signal_pending() ? -ERESTARTNOHAND : total;
}

// Returns the events for which descriptor `fd`, which is in a set, is to be polled.
static short events_of(const struct select *select, uint32_t fd)
{
	short events = 0;

	for (int i = 0; i < SETS; i++)
		if (in_set(&select->sets[i], fd))
			events |= select->sets[i].asked;
	return events;
}

// Returns how many descriptors are in any set. Yields.
static uint32_t count_descriptors(const struct select *select)
{
	uint32_t count = 0;

	for (uint32_t word = 0; word < select->words; word++) {
		for (uint32_t any = any_set(select, word); any; any &= any - 1)
			count++;
		(void)yield_after(LOOK_COST);
	}
	return count;
}

// Make the list of descriptors to poll. Returns 0; -EBADF as select_word; -ENOMEM; -EINTR if the
// thread must die.
static int list_descriptors(const struct select *select, struct poll_list *list)
{
	struct fdtable *files = thread_current()->files;
	int error = poll_list_make(list, count_descriptors(select), true);
	struct poll_block *block = list->first;
	uint32_t used = 0;

	for (uint32_t word = 0; word < select->words && !error; word++) {
		uint32_t any = any_set(select, word);

		for (; any && block; any &= any - 1) {
			uint32_t fd = word * 32 + (uint32_t)__builtin_ctz(any);

			if (fd_get_cloexec(files, (int)fd) < 0)
				return -EBADF;
			block->fds[used++] = (struct pollfd){ .fd = (int)fd,
				                              .events = events_of(select, fd) };
			if (used == block->count) {
				block = block->next;
				used = 0;
			}
			(void)yield_due(LOOK_COST);
		}
		error = yield_after(LOOK_COST);
	}
	return error;
}

// Wait by poll_files, and make the answers. Returns how many bits are set in them, or -errno.
static int select_wait(struct select *select, uint64_t deadline)
{
	struct poll_list list;
	int result = list_descriptors(select, &list), total = 0;

	if (!result)
		result = poll_files(&list, deadline);
	for (const struct poll_block *block = list.first; block && result >= 0;
	     block = block->next) {
		for (uint32_t i = 0; i < block->count; i++)
			total += answer(select, (uint32_t)block->fds[i].fd,
			                (uint32_t)block->fds[i].revents);
		(void)yield_after(block->count * LOOK_COST);
	}
	poll_list_free(&list);
	return result < 0 ? result : total;
}

// Store the answers in the program's sets. Returns 0 or -EFAULT.
static int store_answers(const struct select *select)
{
	uint32_t size = select->words * sizeof(uint32_t);

	for (int i = 0; i < SETS && size; i++) {
		const struct fd_set *set = &select->sets[i];

		if (set->bits && copyout(aspace_current(), set->user, set->answers, size))
			return -EFAULT;
	}
	return 0;
}

// Do a select whose sets have room. A descriptor counts once for each answer that it is in
// (select(2)). An error leaves the program's sets as they are.
static int select_run(struct select *select, uint64_t deadline)
{
	int result = fetch_sets(select);

	if (!result)
		result = deadline ? select_wait(select, deadline) : select_now(select);
	if (result >= 0 && store_answers(select))
		result = -EFAULT;
	return result;
}

// Bytes that sets of `words` words have, with their answers.
#define SETS_SIZE(words) ((size_t)(words)*2 * SETS * sizeof(uint32_t))

// Allocate memory for large sets and their answers. Returns NULL if out of memory.
static __noinline uint32_t *allocate_sets(uint32_t words)
{
	uint32_t *memory = kmalloc(SETS_SIZE(words));

	if (memory)
		process_hold(SETS_SIZE(words) / PAGE_SIZE);
	return memory;
}

static __noinline void free_sets(const struct select *select)
{
	kfree(select->memory);
	process_release(SETS_SIZE(select->words) / PAGE_SIZE);
}

// Find memory for the sets that the program has, and for their answers. Returns 0 or -ENOMEM.
static int make_sets(struct select *select)
{
	uint32_t words = select->words, *memory = select->memory;

	if (words > SMALL_WORDS)
		memory = allocate_sets(words);
	select->memory = memory;
	for (int i = 0; memory && i < SETS; i++) {
		struct fd_set *set = &select->sets[i];

		if (!set->user)
			continue;
		set->bits = memory;
		set->answers = memory + words;
		memory += 2 * words;
	}
	return memory ? 0 : -ENOMEM;
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
	uint32_t small[2 * SETS * SMALL_WORDS];
	struct select select = { .memory = small };
	int result;

	if (n < 0)
		return -EINVAL;
	select.sets[0] = (struct fd_set){ readable, POLLIN | POLLRDNORM | POLLRDBAND,
		                          POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
		                          NULL, NULL };
	select.sets[1] = (struct fd_set){ writable, POLLOUT | POLLWRNORM | POLLWRBAND,
		                          POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR, NULL, NULL };
	select.sets[2] = (struct fd_set){ exceptional, POLLPRI, POLLPRI, NULL, NULL };
	select.n = descriptors_to_poll(n);
	select.words = (select.n + 31) / 32;
	if (make_sets(&select))
		return -ENOMEM;
	result = select_run(&select, deadline);
	if (select.memory != small)
		free_sets(&select);
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
