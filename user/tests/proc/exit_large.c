// A process that computes is killed, at the end of an interrupt, and has so much memory that freeing it
// takes until the next one. It is repeated at other moments, for not each time an interrupt comes.
// limit: 20

#include "test.h"
#include <sys/mman.h>

#define ROUNDS 24
#define BYTES (64u << 20)
#define PAGE 4096

static void compute(int ready)
{
	char *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < BYTES; i += PAGE)
		memory[i] = 1;
	write(ready, "", 1);
	for (;;)
		;
}

int main(void)
{
	int killed = 0, status, ready[2];
	char byte;

	pipe(ready);
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork_or_end();

		if (pid == 0)
			compute(ready[1]);
		read(ready[0], &byte, 1);
		usleep(1000 + (unsigned int)i * 700);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	say("killed: %d\n", killed);
	return 0;
}
