// time COMMAND [ARGUMENT...]: run a command, and print the time that it took: real, and of the
// processor for the program (user) and for the kernel (sys).

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void show(const char *what, long seconds, long microseconds)
{
	fprintf(stderr, "%-4s %ld.%03ld s\n", what, seconds, microseconds / 1000);
}

int main(int argc, char **argv)
{
	struct timespec start, end;
	struct rusage usage;
	int status;
	long microseconds;
	pid_t pid;

	if (argc < 2) {
		fputs("usage: time COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = fork();
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		fprintf(stderr, "time: %s: %s\n", argv[1], strerror(errno));
		_exit(errno == ENOENT ? 127 : 126);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
		perror("time");
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	microseconds = (end.tv_nsec - start.tv_nsec) / 1000;
	if (microseconds < 0) {
		microseconds += 1000000;
		end.tv_sec--;
	}
	show("real", (long)(end.tv_sec - start.tv_sec), microseconds);
	show("user", (long)usage.ru_utime.tv_sec, (long)usage.ru_utime.tv_usec);
	show("sys", (long)usage.ru_stime.tv_sec, (long)usage.ru_stime.tv_usec);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
