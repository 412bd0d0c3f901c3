// oom_threads: what threads hold counts when a victim is chosen for lack of memory: their stacks, their
// credentials, descriptor tables and directories of their own; and so do children that have ended. However
// many calls use a file, the file counts no less.
// limit: 4

#include "../asleep.h"
#include "oom_held.h"
#include <poll.h>

#define THREADS 400
#define POLLS 1024
#define GROUPS 65536
#define DEPTH 15000
#define CHILDREN 4096

static struct test_thread threads[THREADS];
static char small_stacks[THREADS][1024] __attribute__((aligned(16)));
static volatile int ready, go;

// Start a thread without more flags than those given.
static void start(struct test_thread *thread, unsigned long flags, void (*function)(void *),
                  void *arg)
{
	volatile int tid;
	long result;

	thread->tid = -1;
	result = clone_raw(flags, small_stacks[thread - threads] + sizeof(small_stacks[0]),
	                   function, arg, &tid, NULL, &thread->tid);
	if (result < 0)
		no_thread(result);
}

static void end_all(int count)
{
	word_set(&go, 1);
	for (int i = 0; i < count; i++)
		join_thread(&threads[i]);
	ready = go = 0;
}

static void await_ready(int count)
{
	int now;

	while ((now = ready) != count)
		word_wait(&ready, now);
}

static void report(void)
{
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	raw(SYS_futex, (long)&ready, FUTEX_WAKE_OP, INT_MAX, 0, 0);
	word_wait(&go, 0);
}

static void only_wait(void *arg)
{
	(void)arg;
	report();
}

static void stacks(void)
{
	int before = score_of(getpid());

	for (int i = 0; i < THREADS; i++)
		start(&threads[i], THREAD_FLAGS, only_wait, NULL);
	await_ready(THREADS);
	check_rise("stacks", before, THREADS * 16 / 1024);
	end_all(THREADS);
}

static gid_t groups[GROUPS];

static void take_groups(void *arg)
{
	(void)arg;
	raw(SYS_setgroups32, GROUPS, (long)groups, 0, 0, 0);
	report();
}

static void credentials(void)
{
	int before = score_of(getpid());

	for (int i = 0; i < 32; i++)
		start(&threads[i], THREAD_FLAGS, take_groups, NULL);
	await_ready(32);
	check_rise("credentials", before, 8);
	end_all(32);
}

static const char chunk[4096] = { 1 };

static void fill_own_table(void *arg)
{
	long fd;

	(void)arg;
	fd = raw(SYS_memfd_create, (long)"own", 0, 0, 0, 0);
	for (int i = 0; i < 20 * 256; i++)
		raw(SYS_write, fd, (long)chunk, sizeof(chunk), 0, 0);
	report();
}

static void tables(void)
{
	int before = score_of(getpid());

	start(&threads[0], THREAD_FLAGS & ~(unsigned long)CLONE_FILES, fill_own_table, NULL);
	await_ready(1);
	check_rise("a table of its own", before, 20);
	end_all(1);
}

static void leave_removed(void *arg)
{
	(void)arg;
	raw(SYS_chdir, (long)"/tmp", 0, 0, 0, 0);
	for (int i = 0; i < DEPTH; i++) { // directories() sees whether all are there
		raw(SYS_mkdir, (long)"d", 0755, 0, 0, 0);
		raw(SYS_chdir, (long)"d", 0, 0, 0, 0);
	}
	raw(SYS_unshare, CLONE_FILES, 0, 0, 0, 0);
	report();
}

// The thread is in the deepest of many directories, which have been removed.
static void directories(void)
{
	int before = score_of(getpid()), bad = 0;

	start(&threads[0], THREAD_FLAGS & ~(unsigned long)CLONE_FS, leave_removed, NULL);
	await_ready(1);
	chdir("/tmp");
	for (int i = 0; i < DEPTH - 1; i++)
		bad += chdir("d");
	for (int i = 0; i < DEPTH - 1; i++)
		bad += rmdir("d") + chdir("..");
	bad += rmdir("d");
	check("removed", bad == 0);
	chdir("/");
	check_rise("directories", before, DEPTH / 4096);
	end_all(1);
}

// Let a thread run until it sleeps; not if its state cannot be read, as when allocations fail.
static void let_thread_sleep(int tid)
{
	char path[48], text[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	do {
		syscall(SYS_sched_yield);
		memset(text, 0, sizeof(text));
		fd = open(path, O_RDONLY);
		read(fd, text, sizeof(text) - 1);
		close(fd);
	} while (fd >= 0 && !strstr(text, ") S "));
}

static int polled;

static void poll_often(void *arg)
{
	struct pollfd *fds = arg;

	raw(SYS_poll, (long)fds, POLLS, -1, 0, 0);
}

// Each poll has a reference on its file for each descriptor.
static void polls(void)
{
	static struct pollfd fds[POLLS];
	int ends[2], before = score_of(getpid());

	pipe(ends);
	polled = nameless(20);
	for (int i = 0; i < POLLS; i++)
		fds[i] = (struct pollfd){ .fd = polled };
	fds[0] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	for (int i = 0; i < 4; i++)
		start(&threads[i], THREAD_FLAGS, poll_often, fds);
	for (int i = 0; i < 4; i++)
		let_thread_sleep(threads[i].tid);
	check_rise("a file that is polled", before, 20);
	write(ends[1], "x", 1);
	end_all(4);
	close(polled);
}

// A child that has ended keeps its struct until its parent waits for it.
static void ended_children(void)
{
	int before = score_of(getpid());
	pid_t pid = 0;

	for (int i = 0; i < CHILDREN; i++) {
		pid = fork_or_end();
		if (pid == 0)
			_exit(0);
	}
	let_become(pid, 'Z');
	check_rise("children that have ended", before, CHILDREN / 1024);
	while (wait(NULL) > 0)
		;
}

int main(void)
{
	int before = score_of(getpid());

	ended_children();
	stacks();
	credentials();
	tables();
	directories();
	polls();
	check("and then no more", score_of(getpid()) - before < 5);
	return 0;
}
