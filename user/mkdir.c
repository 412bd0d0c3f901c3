// mkdir [-p] PATH...: make directories. -p: the directories above too; an existing directory is no error.

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(const char *path)
{
	fprintf(stderr, "mkdir: %s: %s\n", path, strerror(errno));
	return 1;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

// Make a directory and all above it. `path` is cut at each slash on the way.
static int make_all(char *path)
{
	char *slash = path;

	while ((slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		if (mkdir(path, 0777) < 0 && !is_directory(path))
			return complain(path);
		*slash = '/';
	}
	if (mkdir(path, 0777) < 0 && !is_directory(path))
		return complain(path);
	return 0;
}

int main(int argc, char **argv)
{
	bool parents = false;
	int status = 0, option;

	while ((option = getopt(argc, argv, "p")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: mkdir [-p] PATH...\n");
			return 2;
		}
		parents = true;
	}
	for (; optind < argc; optind++) {
		if (parents)
			status |= make_all(argv[optind]);
		else if (mkdir(argv[optind], 0777) < 0)
			status |= complain(argv[optind]);
	}
	return status;
}
