// lock_report.c: texts about locks and sleeping threads. Takes no lock, so that the monitor can use
// it.
#include "thread/lock_report.h"

#include <stdio.h>

#include "cpu/spinlock.h"
#include "debug/backtrace.h"
#include "debug/lines.h"
#include "debug/safe_read.h"
#include "debug/symbols.h"
#include "thread/sched.h"
#include "thread/thread.h"
#include "thread/timer.h"

#define DEPTH 12    // frames that are searched for the function that sleeps
#define SAVED_EBP 3 // context_switch's fourth push: its place above the stack pointer, in words

#ifndef DEBUG
// The names of spinlocks by rank: normal builds keep none in the lock.
static const char *const rank_names[] = {
	[RANK_MUTEX] = "sleeping lock's",
	[RANK_FUTEX] = "futex",
	[RANK_PROCESS] = "process",
	[RANK_SIGNAL] = "signal",
	[RANK_ACTIONS] = "signal actions",
	[RANK_FILE] = "file",
	[RANK_SOCKET] = "socket",
	[RANK_SYSV] = "System V",
	[RANK_FILE_LOCKS] = "file locks",
	[RANK_TEXT] = "/proc text",
	[RANK_PTY] = "pseudoterminals",
	[RANK_TTY_LIST] = "terminals",
	[RANK_TTY] = "tty",
	[RANK_PIPE] = "pipe",
	[RANK_UFFD] = "userfaultfd",
	[RANK_PAGETABLE] = "page table",
	[RANK_SHARED_TABLE] = "shared table",
	[RANK_TIMER] = "timer",
	[RANK_SCHED] = "sched",
	[RANK_EPOLL_READY] = "epoll ready",
	[RANK_ACCOUNT] = "accounts",
	[RANK_HEAP] = "heap",
	[RANK_KSTACK] = "kstack",
	[RANK_PAGE] = "page",
	[RANK_CONSOLE] = "console",
	[RANK_DEVICE] = "device",
};
#endif

// Functions that only pass a sleep on: a thread waits for what their caller wants. The first
// LOCK_FUNCTIONS sleep until a lock is released.
#define LOCK_FUNCTIONS 5
static const char *const sleep_functions[] = {
	"mutex_lock",       "wait_to_write",     "rwlock_wait_to_read",
	"rwlock_read_lock", "rwlock_write_lock", "context_switch",
	"schedule",         "sleep_locked",      "sleep_with_timer",
	"sleep_until",      "waitq_sleep",       "waiter_block",
	"thread_yield",
};

// Returns the name of a spinlock.
static const char *name_of(const struct spinlock *lock)
{
#ifdef DEBUG
	return lock->name;
#else
	return lock->rank < ARRAY_SIZE(rank_names) && rank_names[lock->rank] ?
	               rank_names[lock->rank] :
	               "unknown";
#endif
}

void place_format(char *text, size_t size, uintptr_t address, bool returns)
{
	uint32_t line;
	const char *file = line_find(returns ? address - 1 : address, &line);

	if (file)
		snprintf(text, size, "%s:%u", file, line);
	else
		symbol_format(text, size, address, returns);
}

// spin_stuck_hook. The thread that has taken the lock first is known in debug builds only.
static void stuck(const struct spinlock *lock, uint32_t first, uint32_t again)
{
	const struct thread *thread = thread_current();
	char before[80], now[80];

	place_format(before, sizeof(before), first, false);
	place_format(now, sizeof(now), again, false);
#ifdef DEBUG
	if (lock->holder != thread)
		panic("%s lock, taken by another thread than %s and never released: first at %s, "
		      "again at %s",
		      name_of(lock), thread->name, before, now);
#endif
	panic("%s lock taken twice by %s: first at %s, again at %s", name_of(lock), thread->name,
	      before, now);
}

// spin_order_hook. The symptom of a lock that somebody forgot to release is often this panic, in
// code that is right: so it says where the other lock was taken.
static void wrong_order(const struct spinlock *lock, const struct spinlock *held)
{
	char place[80];

	place_format(place, sizeof(place), held->locked, false);
	panic("lock order: %s lock (rank %u) taken by %s, which holds the %s lock (rank %u), taken "
	      "at %s",
	      name_of(lock), lock->rank, thread_current()->name, name_of(held), held->rank, place);
}

void lock_report_init(void)
{
	spin_stuck_hook = stuck;
	spin_order_hook = wrong_order;
}

void locks_format(char *text, size_t size, const struct thread *thread)
{
	text[0] = '\0';
#ifdef DEBUG
	for (unsigned int rank = 0; rank <= RANK_LAST_SLEEPING; rank++) {
		const struct lock_taken *taken = &thread->taken[rank];
		size_t used = strlen(text);
		char place[80];

		if (!thread->sleeping_locks[rank])
			continue;
		place_format(place, sizeof(place), taken->returns, true);
		snprintf(text + used, size - used, "%s%s (taken at %s)", used ? ", " : "",
		         taken->name, place);
	}
#else
	(void)size;
	(void)thread;
#endif
}

uintptr_t thread_frame_pointer(const struct thread *thread)
{
	uint32_t ebp = 0;

	(void)probe_read(&ebp, (uintptr_t)(thread->kesp + SAVED_EBP), sizeof(ebp));
	return ebp;
}

// Returns the index in sleep_functions of the function that `returns` lies in, or -1.
static int sleep_function(uintptr_t returns)
{
	const struct ksym *symbol = symbol_find(ksyms, nksyms, returns - 1);

	for (size_t i = 0; symbol && i < ARRAY_SIZE(sleep_functions); i++)
		if (strcmp(symbol->name, sleep_functions[i]) == 0)
			return (int)i;
	return -1;
}

// Write the name of the function in which a sleeping thread waits into name[size]. Returns true if
// it waits for a sleeping lock.
static bool find_wait(char *name, size_t size, const struct thread *thread)
{
	uintptr_t returns[DEPTH];
	size_t n = backtrace_collect(thread_frame_pointer(thread), returns, DEPTH), i;
	bool for_lock = false;
	int found;

	snprintf(name, size, "?");
	for (i = 0; i < n && (found = sleep_function(returns[i])) >= 0; i++)
		for_lock = for_lock || found < LOCK_FUNCTIONS;
	if (i < n)
		symbol_format(name, size, returns[i], true);
	name[strcspn(name, "+")] = '\0';
	return for_lock;
}

void wait_format(char *text, size_t size, const struct thread *thread)
{
	uint64_t ms = clock_since(thread->left_cpu) / NS_PER_MS;
	char name[80];

	(void)find_wait(name, sizeof(name), thread);
	snprintf(text, size, "in %s for %llu.%03llu s", name, ms / 1000, ms % 1000);
}

void lock_waiter_format(char *text, size_t size)
{
	const struct thread *thread;
	char name[80];

	text[0] = '\0';
	list_for_each(thread, &all_threads, all_link)
		if (thread->state == THREAD_SLEEPING && find_wait(name, sizeof(name), thread)) {
			snprintf(text, size, "%s waits for a lock in %s", thread->name, name);
			return;
		}
}

void threads_show(void (*show)(struct thread *thread, void *arg), void *arg)
{
	struct thread *thread;

	list_for_each(thread, &all_threads, all_link)
		show(thread, arg);
}
