// probe.c: does what its first argument says, so that tests of grade/run can look at each thing from
// outside. Compiled with glibc and with musl, never with our library.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

// Copy standard input to standard output.
static int copy(void)
{
	static char buffer[5000];
	ssize_t n;

	while ((n = read(0, buffer, sizeof(buffer))) > 0) {
		ssize_t done = 0;

		while (done < n) {
			ssize_t written = write(1, buffer + done, n - done);

			if (written < 0)
				return 1;
			done += written;
		}
	}
	return n < 0;
}

// Print the kind, the permissions and the contents (or the target) of a file.
static int show(const char *path)
{
	static char contents[200];
	struct stat st;
	FILE *file;

	if (lstat(path, &st) != 0) {
		printf("%s: %s\n", path, strerror(errno));
		return 1;
	}
	if (S_ISLNK(st.st_mode)) {
		readlink(path, contents, sizeof(contents) - 1);
		printf("link to %s\n", contents);
		return 0;
	}
	file = fopen(path, "r");
	fread(contents, 1, sizeof(contents) - 1, file);
	printf("%o %s\n", (unsigned)st.st_mode & 07777, contents);
	return 0;
}

// Write a line to the console, as the kernel does, and end by a signal.
static int shout(const char *line, int signo)
{
	FILE *console = fopen("/dev/console", "w");

	fprintf(console, "%s\n", line);
	fclose(console);
	return kill(getpid(), signo);
}

// Write so many MiB to standard output.
static int fill(int count)
{
	static char block[1 << 20];
	size_t done;
	int i;

	memset(block, 'x', sizeof(block));
	for (i = 0; i < count; i++)
		for (done = 0; done < sizeof(block);)
			done += write(1, block + done, sizeof(block) - done);
	return 0;
}

static int terminal(void)
{
	struct termios settings;
	int i;

	for (i = 0; i < 3; i++)
		printf("%d: %s\n", i, ioctl(i, TCGETS, &settings) == 0 ? "terminal" : strerror(errno));
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int i;

	if (strcmp(what, "args") == 0) {
		for (i = 0; i < argc; i++)
			printf("%d: %s\n", i, argv[i]);
		return 7;
	}
	if (strcmp(what, "cat") == 0)
		return copy();
	if (strcmp(what, "echo") == 0) {
		printf("out %s\n", argv[2]);
		fprintf(stderr, "err %s\n", argv[2]);
		return 0;
	}
	if (strcmp(what, "env") == 0)
		return puts(getenv(argv[2]) ? getenv(argv[2]) : "(not set)") < 0;
	if (strcmp(what, "show") == 0)
		return show(argv[2]);
	if (strcmp(what, "terminal") == 0)
		return terminal();
	if (strcmp(what, "raise") == 0)
		return kill(getpid(), atoi(argv[2]));
	if (strcmp(what, "shout") == 0)
		return shout(argv[2], atoi(argv[3]));
	if (strcmp(what, "fill") == 0)
		return fill(atoi(argv[2]));
	if (strcmp(what, "null") == 0)
		*(volatile int *)0 = 0;
	if (strcmp(what, "float") == 0)
		return printf("%.3f\n", atof(argv[2]) / 3) < 0;
	if (strcmp(what, "sleep") == 0)
		sleep(atoi(argv[2]));
	while (strcmp(what, "spin") == 0)
		;
	return 0;
}
