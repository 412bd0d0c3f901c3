// limit: 20
// Children that are killed at every moment of their lives: at once, while they fork, map, write into
// pipes, execute, and end.

#include "evil.h"

static int ends[2];

static void busy(int what)
{
	static char bytes[70000];
	char *const argv[] = { "true", NULL };

	for (;;) {
		void *at;

		switch (what % 6) {
		case 0:
			if (fork() == 0)
				_exit(0);
			wait(NULL);
			break;
		case 1:
			at = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
			          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			memset(at, 1, 64 * PAGE);
			munmap(at, 64 * PAGE);
			break;
		case 2:
			write(ends[1], bytes, sizeof(bytes));
			break;
		case 3:
			if (vfork() == 0)
				execve("/bin/true", argv, NULL);
			wait(NULL);
			break;
		case 4:
			mkdir("/tmp/race", 0700);
			rename("/tmp/race", "/tmp/race2");
			rmdir("/tmp/race2");
			break;
		default:
			execve("/bin/true", argv, NULL);
		}
	}
}

int main(void)
{
	int killed = 0, ended = 0;

	evil_begin();
	pipe2(ends, 0);
	for (int i = 0; i < 600; i++) {
		struct timespec moment = { 0, i * 7919 % 300000 };
		pid_t pid = fork();
		int status;

		if (pid == 0)
			busy(i);
		nanosleep(&moment, NULL);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		killed += WIFSIGNALED(status);
		ended += WIFEXITED(status);
	}
	check("each was killed or had ended", killed + ended == 600 && killed > 400);
	while (waitpid(-1, NULL, 0) > 0)
		;
	rmdir("/tmp/race");
	rmdir("/tmp/race2");
	close(ends[0]);
	close(ends[1]);
	sleep_ms(20);
	return evil_end();
}
