// which NAME...: print the paths of programs, as $PATH gives them.

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Print the path of a program. Returns false if there is none.
static bool find(const char *name, const char *folders)
{
	char path[PATH_MAX];
	struct stat st;

	for (; *folders; folders += *folders == ':') {
		size_t length = strcspn(folders, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)length, folders, name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0) {
			puts(path);
			return true;
		}
		folders += length;
	}
	return false;
}

int main(int argc, char **argv)
{
	const char *folders = getenv("PATH");
	int status = 0, i;

	for (i = 1; i < argc; i++) {
		if (find(argv[i], folders ? folders : "/bin"))
			continue;
		fprintf(stderr, "which: %s: not found\n", argv[i]);
		status = 1;
	}
	return status;
}
