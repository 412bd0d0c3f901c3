// processes.c: processes: many children, large groups, many timers. Children that one operation has made
// stay for the next one of the same size.
#include "bench_long.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#define MOST_CHILDREN 10000

static pid_t children[MOST_CHILDREN];
static unsigned int living; // so many of them, from the first on
static int gate[2];         // the children wait until its writing end is closed

// Make `size` children in a group of their own, which wait. When the function returns, all have run so
// far: what is measured next is not interrupted by their first steps.
static void make_children(unsigned int size)
{
	int ready[2];
	char byte = 0;

	if (pipe(gate) < 0 || pipe(ready) < 0)
		fail("pipe");
	for (unsigned int i = 0; i < size; i++) {
		children[i] = fork();
		if (children[i] < 0)
			fail("fork");
		if (children[i] == 0) {
			close(gate[1]);
			_exit(write(ready[1], &byte, 1) != 1 || read(gate[0], &byte, 1) != 0);
		}
		if (setpgid(children[i], children[0]) < 0)
			fail("setpgid");
	}
	for (unsigned int i = 0; i < size; i++)
		if (read(ready[0], &byte, 1) != 1)
			fail("read");
	close(gate[0]);
	close(ready[0]);
	close(ready[1]);
	living = size;
}

// Let the children end, and wait until all have: the last one to be waited for is the first made.
static void let_children_end(void)
{
	siginfo_t info;

	close(gate[1]);
	for (unsigned int i = 0; i < living; i++)
		if (syscall(SYS_waitid, P_PID, children[i], &info, WEXITED | WNOWAIT, NULL) < 0)
			fail("waitid");
}

void end_children(void)
{
	if (!living)
		return;
	let_children_end();
	for (unsigned int i = 0; i < living; i++)
		wait_for_child(children[i]);
	living = 0;
}

// See to it that `size` children live.
static void need_children(unsigned int size)
{
	if (living == size)
		return;
	end_children();
	make_children(size);
}

// Wait for `size` children that have ended, each by its number, the youngest first. The value is for
// each child.
uint64_t wait_by_number(unsigned int n, unsigned int size)
{
	uint64_t start;

	(void)n;
	need_children(size);
	let_children_end();
	start = ticks();
	for (unsigned int i = size; i-- > 0;)
		wait_for_child(children[i]);
	start = ticks() - start;
	living = 0;
	return start;
}

// Signal 0 to one of `size` children that live.
uint64_t kill_one(unsigned int n, unsigned int size)
{
	unsigned int all = n;
	uint64_t start;

	need_children(size);
	start = ticks();
	for (; n > 0; n--)
		if (kill(children[(uint64_t)n * (size - 1) / all], 0) < 0)
			fail("kill");
	return ticks() - start;
}

// Signal 0 to a group of `size` processes. The value is for each.
uint64_t kill_large_group(unsigned int n, unsigned int size)
{
	uint64_t start;

	need_children(size);
	start = ticks();
	for (; n > 0; n--)
		if (kill(-children[0], 0) < 0)
			fail("kill");
	return ticks() - start;
}

// Let the ten youngest of `size` children join the group of `leader`, the oldest last.
static void move_ten(unsigned int size, pid_t leader)
{
	for (unsigned int i = 0; i < 10; i++)
		if (setpgid(children[size - 1 - i], leader) < 0)
			fail("setpgid");
}

// Signal 0 to a group of ten among `size` processes.
uint64_t kill_small_group(unsigned int n, unsigned int size)
{
	uint64_t start;

	need_children(size);
	move_ten(size, children[size - 1]);
	start = ticks();
	for (; n > 0; n--)
		if (kill(-children[size - 1], 0) < 0)
			fail("kill");
	start = ticks() - start;
	if (setpgid(children[0], 0) < 0) // where it was one of the ten, its group has gone
		fail("setpgid");
	move_ten(size, children[0]);
	return start;
}

void fork_and_wait(unsigned int n)
{
	for (; n > 0; n--) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid == 0)
			_exit(0);
		wait_for_child(pid);
	}
}

// fork, exit and wait with `mib` MiB of the heap written to. It begins in the page table of the program's
// text and data.
uint64_t fork_heap(unsigned int n, unsigned int mib)
{
	intptr_t bytes = (intptr_t)mib << 20;
	char *heap = sbrk(bytes);
	uint64_t start;

	if ((intptr_t)heap == -1)
		fail("sbrk");
	end_children();
	touch_memory(heap, (size_t)bytes);
	start = ticks();
	fork_and_wait(n);
	start = ticks() - start;
	if ((intptr_t)sbrk(-bytes) == -1)
		fail("sbrk");
	return start;
}

// fork, exit and wait while `size` other children live. The first wait lets all of them run until they
// sleep.
uint64_t fork_among(unsigned int n, unsigned int size)
{
	uint64_t start;

	need_children(size);
	fork_and_wait(1);
	start = ticks();
	fork_and_wait(n);
	return ticks() - start;
}

// Arm and disarm a timer while `size` others are armed.
uint64_t timer_among(unsigned int n, unsigned int size)
{
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	int timer = 0, first = 0;
	// seconds and nanoseconds, of the interval and of the first expiry
	const long far[4] = { 0, 0, 1000000, 0 }, never[4] = { 0 };
	long at[4] = { 0, 0, 0, 0 };
	uint64_t start;

	for (unsigned int i = 0; i <= size; i++) {
		if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) < 0)
			fail("timer_create");
		if (i == 0)
			first = timer;
		at[2] = 500000 + (long)(i * 7919 % 1000000);
		if (i > 0 && syscall(SYS_timer_settime, timer, 0, at, NULL) < 0)
			fail("timer_settime");
	}
	start = ticks();
	for (; n > 0; n--)
		if (syscall(SYS_timer_settime, first, 0, far, NULL) < 0 ||
		    syscall(SYS_timer_settime, first, 0, never, NULL) < 0)
			fail("timer_settime");
	start = ticks() - start;
	for (unsigned int i = 0; i <= size; i++)
		syscall(SYS_timer_delete, first + (int)i);
	return start;
}
