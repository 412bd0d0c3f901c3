// Forms of execve that look for the file or take the environment from here.

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

// Run `name` from the first directory of $PATH that has it; a name with a slash is a path already.
// Where one is found that may not be run, we go on looking but remember it in errno.
int execvp(const char *name, char *const argv[])
{
	const char *directories = getenv("PATH"), *end;
	char path[PATH_MAX];
	int error = ENOENT;

	if (strchr(name, '/'))
		return execv(name, argv);
	for (directories = directories ? directories : "/bin"; directories; directories = end) {
		int length = strcspn(directories, ":");

		end = directories[length] ? directories + length + 1 : NULL;
		snprintf(path, sizeof(path), "%.*s/%s", length, directories, name);
		execv(path, argv);
		if (errno == EACCES)
			error = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR)
			return -1;
	}
	errno = error;
	return -1;
}
