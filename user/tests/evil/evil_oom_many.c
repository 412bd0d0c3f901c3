// mem: 32
// limit: 20
// Many programs that each want a little more than there is: some die, the others go on as soon as
// those are gone; their parent, which is small, never notices.

#include "oom.h"

#define CHILDREN 48

static size_t each; // pages: all children together want half as many again as there are

// Of each pipe only the end is waited for, which comes when nobody can write any more.
static int start[2]; // all children are there
static int done[2];  // each has its memory, or is dead
static int end[2];   // the parent has seen that

static void wait_for_end(int from)
{
	char byte;

	if (read(from, &byte, 1) != 0)
		_exit(1);
}

// Touch memory, wait until all others have, and look whether all is there still.
static void child(void)
{
	char *memory;

	close(start[1]);
	close(end[1]);
	wait_for_end(start[0]);
	memory = mmap(NULL, each * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) // a call may be refused memory; that is no reason to die
		_exit(errno == ENOMEM ? 0 : 3);
	touch_pages(memory, each);
	close(done[1]);
	wait_for_end(end[0]);
	_exit(pages_intact(memory, each) ? 0 : 2);
}

// No child takes memory before all are there: fork() too is refused memory that is not there.
static void run(void)
{
	int status, intact = 0, killed = 0, other = 0;

	pipe(start);
	pipe(done);
	pipe(end);
	for (int i = 0; i < CHILDREN; i++)
		if (fork_or_end() == 0)
			child();
	close(start[1]);
	close(done[1]);
	wait_for_end(done[0]);
	close(end[1]);
	while (wait(&status) > 0) {
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
			killed++;
		else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			intact++;
		else
			other++;
	}
	close(start[0]);
	close(done[0]);
	close(end[0]);
	say("%s were killed, %s lived, %d ended otherwise\n", killed ? "some" : "none",
	    intact > 16 ? "most" : "few", other);
}

int main(void)
{
	unsigned long before;

	each = free_memory() / PAGE * 3 / 2 / CHILDREN;
	run();
	before = free_memory();
	run();
	say("free memory changed by %ld\n", (long)(free_memory() - before));
	return 0;
}
