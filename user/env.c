// env [NAME=VALUE...] [PROGRAM [ARGUMENT...]]: run a program with a changed environment, or print
// it.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
	char **entry, *equals;
	int i;

	for (i = 1; i < argc && (equals = strchr(argv[i], '=')) != NULL; i++) {
		*equals = '\0';
		setenv(argv[i], equals + 1, 1);
	}
	if (i < argc) {
		execvp(argv[i], argv + i);
		fprintf(stderr, "env: %s: %s\n", argv[i], strerror(errno));
		return errno == ENOENT ? 127 : 126;
	}
	for (entry = environ; *entry; entry++)
		puts(*entry);
	return 0;
}
