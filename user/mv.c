// mv OLD NEW, mv OLD... DIRECTORY: rename files and directories.

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int move(const char *old_path, const char *new_path)
{
	if (rename(old_path, new_path) == 0)
		return 0;
	fprintf(stderr, "mv: %s to %s: %s\n", old_path, new_path, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	const char *target = argv[argc - 1], *base;
	char path[PATH_MAX];
	struct stat st;
	int status = 0, i;

	if (argc < 3) {
		fprintf(stderr, "usage: mv OLD NEW | mv OLD... DIRECTORY\n");
		return 2;
	}
	if (stat(target, &st) < 0 || !S_ISDIR(st.st_mode)) {
		if (argc == 3)
			return move(argv[1], target);
		fprintf(stderr, "mv: %s is no directory\n", target);
		return 1;
	}
	for (i = 1; i < argc - 1; i++) {
		base = strrchr(argv[i], '/');
		snprintf(path, sizeof(path), "%s/%s", target, base ? base + 1 : argv[i]);
		status |= move(argv[i], path);
	}
	return status;
}
