// limit: 10
// A file that grows and shrinks, with holes punched, while others have it mapped, copy from it and to
// it, and execute it.

#include "evil.h"

#define SIZE (16 * PAGE)

static int fd, ends[2];
static char *shared, *private;

static void touch_all(void)
{
	catch_faults();
	for (;;) {
		for (volatile uint32_t at = 0; at < SIZE; at += PAGE) {
			if (survive())
				continue;
			shared[at]++;
			private[at]++;
		}
	}
}

static void copy_all(void)
{
	static char buffer[SIZE];

	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	for (;;) {
		pwrite(fd, shared, SIZE, 0);
		pread(fd, shared, SIZE, 0);
		write(ends[1], shared, SIZE);
		read(ends[0], private, SIZE);
		read(ends[0], buffer, SIZE);
	}
}

static void execute_it(void)
{
	char *const argv[] = { "race", NULL };

	for (;;) {
		if (fork() == 0) {
			execve("/tmp/race", argv, NULL);
			_exit(0);
		}
		wait(NULL);
	}
}

int main(void)
{
	static void (*const kinds[])(void) = { touch_all, touch_all, copy_all, execute_it };
	pid_t pids[COUNT(kinds)];
	int killed = 0;

	evil_begin();
	pipe2(ends, 0);
	fd = open("/tmp/race", O_RDWR | O_CREAT, 0700);
	ftruncate(fd, SIZE);
	shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			kinds[i]();
	}
	for (int i = 0; i < 300; i++) {
		ftruncate(fd, i * 7919 % SIZE);
		syscall(SYS_fallocate, fd, i % 4, i * 31 % SIZE, 0, PAGE, 0);
		if (i % 16 == 0)
			sleep_ms(1);
	}
	for (size_t i = 0; i < COUNT(kinds); i++) {
		int status;

		kill(pids[i], SIGKILL);
		waitpid(pids[i], &status, 0);
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	show("went on until they were killed", killed);
	munmap(shared, SIZE);
	munmap(private, SIZE);
	close(fd);
	close(ends[0]);
	close(ends[1]);
	unlink("/tmp/race");
	sleep_ms(10);
	return evil_end();
}
