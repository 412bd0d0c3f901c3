// thread.h: threads without a C library's: started by the bare call clone, awaited by a futex. Such
// a thread may call only functions that keep nothing between calls; `errno` belongs to all of them,
// so results of calls are taken by raw(), which leaves it alone.
#pragma once

#include "test.h"
#include <limits.h>
#include <sched.h>
#include <sys/mman.h>

#define FUTEX_WAIT_OP 0
#define FUTEX_WAKE_OP 1
#define THREAD_STACK 16384

// What glibc and musl pass for a thread, without thread-local storage.
#define THREAD_FLAGS                                                                        \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | \
	 CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)

struct test_thread {
	volatile int tid; // 0 once it has ended
	void (*function)(void *arg);
	void *arg;
	char *stack;
};

// A system call whose result is -errno after an error.
static inline long raw(long number, long a, long b, long c, long d, long e)
{
	long result;

	__asm__ volatile("int $0x80"
	                 : "=a"(result)
	                 : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
	                 : "memory");
	return result;
}

// futex(2) with all its arguments. Returns -errno after an error.
static inline long futex(volatile int *word, int op, int value, long timeout, volatile int *other,
                         long value3)
{
	long result;

	__asm__ volatile("pushl %7\n\t"
	                 "pushl %%ebp\n\t"
	                 "movl 4(%%esp), %%ebp\n\t"
	                 "int $0x80\n\t"
	                 "popl %%ebp\n\t"
	                 "addl $4, %%esp"
	                 : "=a"(result)
	                 : "a"(SYS_futex), "b"(word), "c"(op), "d"(value), "S"(timeout), "D"(other),
	                   "m"(value3)
	                 : "memory");
	return result;
}

// clone, and the child calls function(arg) on the stack that ends at `top`, and then exit(0).
// Returns the number of the child, or -errno.
static inline long clone_raw(unsigned long flags, void *top, void (*function)(void *), void *arg,
                             volatile int *parent_tid, void *tls, volatile int *child_tid)
{
	void **sp = (void **)((uintptr_t)top & ~15u);
	long result;

	*--sp = NULL;
	*--sp = NULL;
	*--sp = arg;
	*--sp = (void *)(uintptr_t)function;
	__asm__ volatile("int $0x80\n\t"
	                 "testl %%eax, %%eax\n\t"
	                 "jnz 1f\n\t"
	                 "xorl %%ebp, %%ebp\n\t"
	                 "popl %%eax\n\t"
	                 "call *%%eax\n\t"
	                 "xorl %%ebx, %%ebx\n\t"
	                 "movl $1, %%eax\n\t"
	                 "int $0x80\n"
	                 "1:"
	                 : "=a"(result)
	                 : "a"(SYS_clone), "b"(flags), "c"(sp), "d"(parent_tid), "S"(tls),
	                   "D"(child_tid)
	                 : "memory");
	return result;
}

// The name of the error in the result of raw(), which is below 0.
static __attribute__((noinline)) const char *raw_error(long result)
{
	volatile int error = (int)-result; // else the compiler warns of numbers that no error has

	return error_name(error);
}

// Print the result of raw().
static inline void print(const char *what, long result)
{
	if (result < 0)
		say("%s: %s\n", what, raw_error(result));
	else
		say("%s: %ld\n", what, result);
}

// Show an error, and end the program: the test cannot go on.
static inline void no_thread(long error)
{
	say("no thread: %s\n", raw_error(error));
	_exit(99);
}

// Start a thread with more flags than THREAD_FLAGS. Returns its number.
static inline int start_thread(struct test_thread *thread, unsigned long flags,
                               void (*function)(void *), void *arg)
{
	volatile int tid = -1;
	long result;

	if (!thread->stack)
		thread->stack = mmap(NULL, THREAD_STACK, PROT_READ | PROT_WRITE,
		                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	thread->function = function;
	thread->arg = arg;
	thread->tid = -1;
	result = clone_raw(THREAD_FLAGS | flags, thread->stack + THREAD_STACK, function, arg, &tid,
	                   NULL, &thread->tid);
	if (result < 0)
		no_thread(result);
	return (int)result;
}

// The function of a thread that sleeps until its process ends.
static inline void sleep_forever(void *arg)
{
	(void)arg;
	for (;;)
		raw(SYS_pause, 0, 0, 0, 0, 0);
}

// Wait until the thread has ended: the kernel then clears the word and wakes.
static inline void join_thread(struct test_thread *thread)
{
	int tid;

	while ((tid = thread->tid) != 0)
		raw(SYS_futex, (long)&thread->tid, FUTEX_WAIT_OP, tid, 0, 0);
}

// Wait until *word is not `value` any more. The thread that changes the word calls word_set.
static inline void word_wait(volatile int *word, int value)
{
	while (*word == value)
		raw(SYS_futex, (long)word, FUTEX_WAIT_OP, value, 0, 0);
}

static inline void word_set(volatile int *word, int value)
{
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
	raw(SYS_futex, (long)word, FUTEX_WAKE_OP, INT_MAX, 0, 0);
}

static inline int own_tid(void)
{
	return (int)raw(SYS_gettid, 0, 0, 0, 0, 0);
}

// Bodies of threads that sleep until the process ends: by the clock, in a read of the pipe whose end
// for reading *arg is, and on the word *arg, which is 0.
static inline void sleep_long(void *arg)
{
	(void)arg;
	sleep_ms(1000000);
}

static inline void read_pipe(void *arg)
{
	char byte;

	raw(SYS_read, *(int *)arg, (long)&byte, 1, 0, 0);
}

static inline void wait_word(void *arg)
{
	word_wait(arg, 0);
}

// Read the eight bytes of an eventfd or a timerfd, and show their value.
static inline void take(const char *what, long fd)
{
	uint64_t value = 0;
	long n = raw(SYS_read, fd, (long)&value, 8, 0, 0);

	if (n < 0)
		print(what, n);
	else
		say("%s: %llu\n", what, (unsigned long long)value);
}
