// A process with as many areas as there can be forks, while another process truncates a file all the
// time: a fork that a truncation has overtaken looks at each area again.
// limit: 3
// stretch

#include "test.h"

#include <abi/prctl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PAGE 4096
#define PAIRS 30000
#define FORKS 8

static void truncate_always(int fd)
{
	for (;;) {
		(void)!ftruncate(fd, 2 * PAGE);
		(void)!ftruncate(fd, PAGE);
	}
}

// Fork often. The child sees its memory as it should be.
static void fork_often(const char *what, const char *memory)
{
	int right = 0, status;

	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork_or_end();

		if (pid == 0)
			_exit(memory[PAGE] == 1 && memory[2 * PAGE] == 0);
		waitpid(pid, &status, 0);
		right += WIFEXITED(status) && WEXITSTATUS(status) == 1;
	}
	say("%s: %d of %d children are right\n", what, right, FORKS);
}

int main(void)
{
	char *memory = mmap(NULL, 2 * PAIRS * PAGE, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = memfd_create("truncated", 0), made = 0;
	pid_t other = fork_or_end();

	if (other == 0) {
		syscall(SYS_prctl, PR_SET_PDEATHSIG,
		        SIGKILL); // this process may be ended by the lack of memory
		truncate_always(fd);
	}
	memory[PAGE] = 1;
	while (made < PAIRS && mprotect(memory + 2 * made * PAGE, PAGE, PROT_READ) == 0)
		made++;
	say("pairs of areas: %d\n", made);
	fork_often("areas", memory);
	// What every second area has, a child does not get.
	made = 0;
	while (made < PAIRS && madvise(memory + 2 * made * PAGE, PAGE, MADV_WIPEONFORK) == 0)
		made++;
	say("areas to wipe: %d\n", made);
	fork_often("half of them wiped", memory);
	kill(other, SIGKILL);
	wait(NULL);
	return 0;
}
