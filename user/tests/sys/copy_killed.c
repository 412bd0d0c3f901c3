// Calls that would go on for minutes end when the process is killed, and meanwhile others run.

#include "test.h"
#include <sys/mman.h>

#define ENDLESS 0x7ffff000
#define BUFFER 0x4000000

static void sendfile_zeroes(void)
{
	int zero = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_WRONLY);

	for (;;)
		syscall(SYS_sendfile, null, zero, NULL, ENDLESS);
}

static void sendfile_random(void)
{
	int in = open("/dev/urandom", O_RDONLY), null = open("/dev/null", O_WRONLY);

	for (;;)
		syscall(SYS_sendfile, null, in, NULL, ENDLESS);
}

static void read_random(void)
{
	int in = open("/dev/urandom", O_RDONLY);
	void *buffer = mmap(NULL, BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                    0);

	for (;;)
		read(in, buffer, BUFFER);
}

static void kill_soon(const char *what, void (*function)(void))
{
	struct timespec before, after;
	pid_t pid = fork_or_end();
	int status;

	if (pid == 0)
		function();
	clock_gettime(CLOCK_MONOTONIC, &before);
	sleep_ms(20);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	show_status(what, status);
	check("  at once", after.tv_sec - before.tv_sec < 2);
}

int main(void)
{
	kill_soon("sendfile from zero", sendfile_zeroes);
	kill_soon("sendfile from urandom", sendfile_random);
	kill_soon("read of urandom", read_random);
	return 0;
}
