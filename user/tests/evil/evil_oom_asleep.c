// mem: 32
// The largest program is the one that dies, also when it is not the one that asks: stopped, asleep,
// waiting for a child that shares its memory, or sharing it with others.

#include "oom.h"
#include <sched.h>

#define LARGE (16 * MIB)
#define LESS (14 * MIB)

static int ready[2];

static void hold(void)
{
	char byte = 'x';

	touch_pages(map_pages(LARGE, MAP_PRIVATE), LARGE);
	write(ready[1], &byte, 1);
}

static void stopped(void)
{
	hold();
	raise(SIGSTOP);
}

static void asleep(void)
{
	hold();
	sigprocmask(SIG_BLOCK, &(sigset_t){ .bits = { ~0u, ~0u } }, NULL);
	for (;;)
		sleep_ms(100000);
}

// The child has its parent's memory: both must die before any is free.
static void vforked(void)
{
	if (vfork() == 0)
		asleep();
	for (;;)
		sleep_ms(100000);
}

static void run(const char *what, void (*larger)(void))
{
	pid_t large, less;
	char byte;

	large = fork();
	if (large == 0) {
		larger();
		_exit(0);
	}
	read(ready[0], &byte, 1);
	less = fork();
	if (less == 0) {
		char *memory = map_pages(LESS, MAP_PRIVATE);

		touch_pages(memory, LESS);
		_exit(pages_intact(memory, LESS) ? 0 : 1);
	}
	say_end("the smaller one", less);
	say_end(what, large);
}

int main(void)
{
	unsigned long before;

	pipe(ready);
	run("stopped", stopped);
	before = free_memory();
	run("asleep", asleep);
	run("vforked", vforked);
	run("stopped", stopped);
	say("free memory changed by %ld\n", (long)(free_memory() - before));
	return 0;
}
