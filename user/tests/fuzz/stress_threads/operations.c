// operations.c: what the threads of stress_threads do. Calls are made by raw(), since errno belongs to all
// threads. A call may fail in any way that its race allows; only a few results are checked.
#include "stress.h"

#include <abi/epoll.h>
#include <poll.h>
#include <time.h>

#define PAGE 4096
#define REAL_TIME 40 // a signal that queues
#define PRIVATE 128
#define REQUEUE 3
#define WAKE_OP 5
#define LOCK_PI 6
#define UNLOCK_PI 7
#define TRYLOCK_PI 8
#define WAIT_REQUEUE_PI 11
#define CMP_REQUEUE_PI 12

static volatile int words[4], pi_words[2]; // of this group
static volatile int mutex;                 // 0: free; 1: taken; 2: taken, and somebody waits
static volatile uint32_t first, second;    // guarded by the mutex, and always equal
static volatile int pipes[2], set, event;

static void handler(int signo)
{
	(void)signo;
}

void operations_begin(void)
{
	struct sigaction action = { .sa_handler = handler };
	struct epoll_event event_of = { POLLIN, 1 };
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGALRM, REAL_TIME };

	for (int i = 0; i < 4; i++) {
		action.sa_flags = i % 2 ? SA_RESTART : 0;
		sigaction(signals[i], &action, NULL);
	}
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	pipe2((int *)pipes, O_NONBLOCK | O_CLOEXEC);
	event = (int)raw(SYS_eventfd2, 0, O_NONBLOCK | O_CLOEXEC, 0, 0, 0);
	set = (int)raw(SYS_epoll_create1, O_CLOEXEC, 0, 0, 0, 0);
	raw(SYS_epoll_ctl, set, EPOLL_CTL_ADD, event, (long)&event_of, 0);
}

static volatile int *any_word(struct slot *me)
{
	uint32_t i = below(me, 8);

	return i < 4 ? &words[i] : &shared->words[i - 4];
}

// A short time from now on, or until then by CLOCK_REALTIME.
static struct timespec soon(struct slot *me, bool absolute)
{
	struct timespec time = { 0, (long)below(me, 3000000) };

	if (absolute) {
		raw(SYS_clock_gettime, CLOCK_REALTIME, (long)&time, 0, 0, 0);
		time.tv_nsec += (long)below(me, 3000000);
		time.tv_sec += time.tv_nsec / 1000000000;
		time.tv_nsec %= 1000000000;
	}
	return time;
}

static void wait_on_word(struct slot *me)
{
	volatile int *word = any_word(me);
	struct timespec time = soon(me, false);

	futex(word, FUTEX_WAIT_OP | (below(me, 2) ? PRIVATE : 0), *word, (long)&time, NULL, 0);
}

static void wake_word(struct slot *me)
{
	volatile int *word = any_word(me);

	++*word;
	futex(word, FUTEX_WAKE_OP | (below(me, 2) ? PRIVATE : 0), (int)below(me, 4), 0, NULL, 0);
}

static void move_waiters(struct slot *me)
{
	volatile int *from = any_word(me), *to = any_word(me);

	if (below(me, 2))
		futex(from, REQUEUE, (int)below(me, 2), (long)below(me, 5), to, 0);
	else
		futex(from, WAKE_OP, 1, 1, to, 1 << 28 | 1 << 12); // ADD 1, if the old value was 0
}

// The mutex of Drepper's "Futexes are tricky". Two numbers that it guards stay equal.
static void use_mutex(struct slot *me)
{
	int state = 0;

	if (!__atomic_compare_exchange_n(&mutex, &state, 1, false, __ATOMIC_SEQ_CST,
	                                 __ATOMIC_SEQ_CST))
		while (__atomic_exchange_n(&mutex, 2, __ATOMIC_SEQ_CST))
			futex(&mutex, FUTEX_WAIT_OP | PRIVATE, 2, 0, NULL, 0);
	CHECK(first == second);
	first++;
	if (below(me, 8) == 0)
		raw(SYS_sched_yield, 0, 0, 0, 0, 0);
	second++;
	if (__atomic_exchange_n(&mutex, 0, __ATOMIC_SEQ_CST) == 2)
		futex(&mutex, FUTEX_WAKE_OP | PRIVATE, 1, 0, NULL, 0);
}

// A lock with priority inheritance. Some owners end with it; a lock that names a thread that is not there
// any more is made free.
static void use_pi_lock(struct slot *me)
{
	volatile int *word = &pi_words[below(me, 2)];
	struct timespec time = soon(me, true);
	int value = *word;
	long error = futex(word, (below(me, 4) ? LOCK_PI : TRYLOCK_PI) | PRIVATE, 0, (long)&time,
	                   NULL, 0);

	if (error == -3) // ESRCH
		__atomic_compare_exchange_n(word, &value, 0, false, __ATOMIC_SEQ_CST,
		                            __ATOMIC_SEQ_CST);
	if (error)
		return;
	if (below(me, 50) == 0)
		raw(SYS_exit, 0, 0, 0, 0, 0);
	CHECK((*word & 0x3fffffff) == own_tid());
	if (below(me, 4) == 0)
		raw(SYS_sched_yield, 0, 0, 0, 0, 0);
	CHECK(futex(word, UNLOCK_PI | PRIVATE, 0, 0, NULL, 0) == 0);
}

static void wait_for_pi_lock(struct slot *me)
{
	struct timespec time = soon(me, true);
	int value = words[0];

	if (below(me, 2))
		futex(&words[0], CMP_REQUEUE_PI | PRIVATE, 1, 8, &pi_words[0], value);
	else if (futex(&words[0], WAIT_REQUEUE_PI | PRIVATE, value, (long)&time, &pi_words[0], 0) ==
	         0)
		futex(&pi_words[0], UNLOCK_PI | PRIVATE, 0, 0, NULL, 0);
}

static void signal_thread(struct slot *me)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, REAL_TIME, SIGALRM };
	int tid = slots[below(me, THREADS)].tid;

	if (tid > 0)
		raw(SYS_tgkill, own->pid, tid, signals[below(me, 4)], 0, 0);
}

static void signal_group(struct slot *me)
{
	struct group *other = &shared->groups[below(me, GROUPS)];
	struct timespec time = soon(me, false);
	bool stop = below(me, 8) == 0 && other != own;

	raw(SYS_kill, other->pid, stop ? SIGSTOP : below(me, 2) ? SIGUSR1 : REAL_TIME, 0, 0, 0);
	if (!stop)
		return;
	raw(SYS_nanosleep, (long)&time, 0, 0, 0, 0);
	raw(SYS_kill, other->pid, SIGCONT, 0, 0, 0);
}

// Block signals, and wait for one of them.
static void wait_for_signal(struct slot *me)
{
	uint64_t usr = 1ull << (SIGUSR1 - 1) | 1ull << (REAL_TIME - 1), old;
	struct timespec time = soon(me, false);

	raw(SYS_rt_sigprocmask, SIG_BLOCK, (long)&usr, (long)&old, 8, 0);
	raw(SYS_rt_sigtimedwait, (long)&usr, 0, (long)&time, 8, 0);
	raw(SYS_rt_sigprocmask, SIG_SETMASK, (long)&old, 0, 8, 0);
}

static void use_timer(struct slot *me)
{
	struct sigevent notify = { .sigev_signo = SIGALRM,
		                   .sigev_notify = 4, // SIGEV_THREAD_ID
		                   .sigev_notify_thread_id = own_tid() };
	struct itimerspec setting = { { 0, (long)below(me, 1000000) }, soon(me, false) };
	struct timespec time = soon(me, false);
	int id;

	if (raw(SYS_timer_create, below(me, 2) ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID,
	        (long)&notify, (long)&id, 0, 0))
		return;
	raw(SYS_timer_settime, id, 0, (long)&setting, 0, 0);
	raw(SYS_nanosleep, (long)&time, 0, 0, 0, 0);
	if (below(me, 4)) // others end with the process
		raw(SYS_timer_delete, id, 0, 0, 0, 0);
}

static void use_memory(struct slot *me)
{
	long length = (long)(1 + below(me, 16)) * PAGE;
	long at = raw(SYS_mmap2, 0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	// The sixth argument of mmap2 is whatever %ebp holds; it means nothing for anonymous memory.
	if (at < 0 && at > -4096)
		return;
	for (long i = 0; i < length; i += PAGE)
		*(volatile int *)(at + i) = (int)i;
	raw(SYS_mprotect, at, PAGE, PROT_READ, 0, 0);
	CHECK(*(volatile int *)at == 0);
	raw(SYS_munmap, at, length, 0, 0, 0);
}

static void use_files(struct slot *me)
{
	static char bytes[64];
	struct epoll_event found;
	uint64_t one = 1;

	switch (below(me, 5)) {
	case 0:
		raw(SYS_write, pipes[1], (long)bytes, below(me, 64), 0, 0);
		break;
	case 1:
		raw(SYS_read, pipes[0], (long)bytes, below(me, 64), 0, 0);
		break;
	case 2:
		raw(SYS_write, event, (long)&one, 8, 0, 0);
		break;
	case 3:
		raw(SYS_epoll_wait, set, (long)&found, 1, below(me, 3), 0);
		raw(SYS_read, event, (long)&one, 8, 0, 0);
		break;
	default: {
		long fd = raw(SYS_dup, pipes[below(me, 2)], 0, 0, 0, 0);

		if (fd >= 0)
			raw(SYS_close, fd, 0, 0, 0, 0);
	}
	}
}

// A child of one thread. It ends soon, in one of several ways.
static void make_child(struct slot *me)
{
	static char *const nothing[] = { "stress_threads", "nothing", NULL };
	uint32_t kind = below(me, 3);
	long pid = raw(SYS_fork, 0, 0, 0, 0, 0);

	if (pid)
		return;
	if (kind == 0)
		raw(SYS_execve, (long)PROGRAM, (long)nothing, 0, 0, 0);
	else if (kind == 1)
		use_memory(me);
	raw(SYS_exit_group, 0, 0, 0, 0, 0);
}

static void end_thread(struct slot *me)
{
	(void)me;
	__atomic_add_fetch(&shared->ended, 1, __ATOMIC_RELAXED);
	raw(SYS_exit, 0, 0, 0, 0, 0);
}

static void fill_a_place(struct slot *me)
{
	uint32_t seed = me->random ^ 0x5bd1e995u;

	start_in(&slots[below(me, THREADS)], seed);
}

// What ends the whole group: an exec, which goes on as the same process, an exit, a kill by another.
static void end_group(struct slot *me)
{
	static volatile int begun;
	static char number[2], seed[12];
	static char *argv[] = { "stress_threads", "group", number, seed, NULL };

	switch (below(me, 3)) {
	case 0:
		if (__atomic_exchange_n(&begun, 1, __ATOMIC_SEQ_CST))
			break; // another thread does, with the same strings
		number[0] = (char)('0' + (own - shared->groups));
		for (int i = 0; i < 9; i++)
			seed[i] = (char)('1' + below(me, 9));
		raw(SYS_execve, (long)PROGRAM, (long)argv, 0, 0, 0);
		begun = 0;
		break;
	case 1:
		raw(SYS_exit_group, 0, 0, 0, 0, 0);
		break;
	default:
		raw(SYS_kill, shared->groups[below(me, GROUPS)].pid, SIGKILL, 0, 0, 0);
	}
}

// Each operation, and how often it is chosen.
static const struct {
	uint32_t weight;
	void (*perform)(struct slot *me);
} operations[] = {
	{ 4000, wait_on_word },  { 4000, wake_word },   { 2000, move_waiters },
	{ 4000, use_mutex },     { 3000, use_pi_lock }, { 1000, wait_for_pi_lock },
	{ 2000, signal_thread }, { 300, signal_group }, { 500, wait_for_signal },
	{ 500, use_timer },      { 1000, use_memory },  { 2000, use_files },
	{ 100, make_child },     { 300, end_thread },   { 2000, fill_a_place },
	{ 2, end_group },
};

void operate(struct slot *me)
{
	uint32_t total = 0, choice;

	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		total += operations[i].weight;
	choice = below(me, total);
	for (size_t i = 0;; i++) {
		if (choice < operations[i].weight) {
			__atomic_add_fetch(&own->beats, 1, __ATOMIC_RELAXED);
			operations[i].perform(me);
			return;
		}
		choice -= operations[i].weight;
	}
}
