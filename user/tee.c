// tee [-a] FILE...: copy standard input to standard output and to files. -a: append to them.

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOST_FILES 16

// Write all of it. Returns false with errno set if that is not possible.
static bool write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, bytes, n);

		if (written < 0)
			return false;
		bytes += written;
		n -= (size_t)written;
	}
	return true;
}

static int complain(const char *what)
{
	fprintf(stderr, "tee: %s: %s\n", what, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	int mode = O_TRUNC, option, status = 0, count, i, fds[MOST_FILES];
	static char buffer[4096];
	ssize_t n;

	while ((option = getopt(argc, argv, "a")) != -1) {
		if (option == '?') {
			fputs("usage: tee [-a] FILE...\n", stderr);
			return 2;
		}
		mode = O_APPEND;
	}
	count = argc - optind < MOST_FILES ? argc - optind : MOST_FILES;
	if (count < argc - optind) {
		fputs("tee: too many files\n", stderr);
		return 2;
	}
	for (i = 0; i < count; i++) {
		fds[i] = open(argv[optind + i], O_WRONLY | O_CREAT | mode, 0666);
		if (fds[i] < 0)
			status = complain(argv[optind + i]);
	}
	while ((n = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0) {
		if (!write_all(STDOUT_FILENO, buffer, (size_t)n))
			return complain("standard output");
		for (i = 0; i < count; i++)
			if (fds[i] >= 0 && !write_all(fds[i], buffer, (size_t)n))
				status = complain(argv[optind + i]);
	}
	return n < 0 ? complain("standard input") : status;
}
