// mem: 32
// limit: 20
// Many programs that each want a little more than there is: some die, the others go on as soon as
// those are gone; their parent, which is small, never notices.

#include "oom.h"

#define CHILDREN 48

static size_t each; // pages: all children together want half as many again as there are

// Touch memory, wait for the end of the pipe, and look whether all is there still.
static void child(int from)
{
	char *memory = mmap(NULL, each * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                    -1, 0);
	char byte;

	if (memory == MAP_FAILED) // a call may be refused memory; that is no reason to die
		_exit(errno == ENOMEM ? 0 : 3);
	touch_pages(memory, each);
	if (read(from, &byte, 1) != 0)
		_exit(1);
	_exit(pages_intact(memory, each) ? 0 : 2);
}

static void run(void)
{
	int fds[2], status, intact = 0, killed = 0, other = 0;

	pipe(fds);
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			close(fds[1]);
			child(fds[0]);
		}
		if (pid < 0)
			say("fork: %s\n", error_name(errno));
	}
	close(fds[0]);
	sleep_ms(500);
	close(fds[1]);
	while (wait(&status) > 0) {
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
			killed++;
		else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			intact++;
		else
			other++;
	}
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
