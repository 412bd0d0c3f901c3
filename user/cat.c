// cat [FILE...]: write files, or standard input, to standard output. "-" is standard input too.

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int complain(const char *name)
{
	fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
	return 1;
}

static int copy(int fd, const char *name)
{
	static char buffer[16384];
	ssize_t n, done, written;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
		for (done = 0; done < n; done += written) {
			written = write(STDOUT_FILENO, buffer + done, n - done);
			if (written < 0)
				return complain("standard output");
		}
	}
	return n < 0 ? complain(name) : 0;
}

static int copy_file(const char *name)
{
	int fd, status;

	if (strcmp(name, "-") == 0)
		return copy(STDIN_FILENO, name);
	fd = open(name, O_RDONLY);
	if (fd < 0)
		return complain(name);
	status = copy(fd, name);
	close(fd);
	return status;
}

int main(int argc, char **argv)
{
	int status = 0, i;

	if (argc == 1)
		return copy(STDIN_FILENO, "standard input");
	for (i = 1; i < argc; i++)
		status |= copy_file(argv[i]);
	return status;
}
