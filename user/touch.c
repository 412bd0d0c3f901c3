// touch [-c] FILE...: set the times of files to now; make those that are missing, unless -c is given.

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Set the times of a file, or make it. Returns false with errno set if neither is possible.
static bool touch(const char *path, bool make)
{
	int fd;

	if (utimensat(AT_FDCWD, path, NULL, 0) == 0)
		return true;
	if (errno != ENOENT || !make)
		return errno == ENOENT;
	fd = open(path, O_WRONLY | O_CREAT, 0666);
	return fd >= 0 && close(fd) == 0;
}

int main(int argc, char **argv)
{
	bool make = true;
	int option, status = 0;

	while ((option = getopt(argc, argv, "c")) != -1) {
		if (option == '?') {
			fputs("usage: touch [-c] FILE...\n", stderr);
			return 2;
		}
		make = false;
	}
	for (; optind < argc; optind++) {
		if (touch(argv[optind], make))
			continue;
		fprintf(stderr, "touch: %s: %s\n", argv[optind], strerror(errno));
		status = 1;
	}
	return status;
}
