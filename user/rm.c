// rm [-r] [-f] PATH...: remove files. -r: directories too, with all that is in them. -f: a missing
// file is no error.

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool recursive, force;

static int remove_path(const char *path);

static int complain(const char *path)
{
	fprintf(stderr, "rm: %s: %s\n", path, strerror(errno));
	return 1;
}

// Remove the contents of a directory. Removing may move entries that were not read yet, so start again
// until a whole pass finds nothing to remove.
static int empty_directory(const char *path)
{
	DIR *directory = opendir(path);
	char full[PATH_MAX];
	struct dirent *entry;
	bool removed = true;
	int status = 0;

	if (!directory)
		return complain(path);
	while (removed && status == 0) {
		removed = false;
		rewinddir(directory);
		while ((entry = readdir(directory)) != NULL) {
			if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
				continue;
			snprintf(full, sizeof(full), "%s/%s", path, entry->d_name);
			status |= remove_path(full);
			removed = true;
		}
	}
	closedir(directory);
	return status;
}

static int remove_path(const char *path)
{
	struct stat st;
	int status;

	if (lstat(path, &st) < 0)
		return force && errno == ENOENT ? 0 : complain(path);
	if (!S_ISDIR(st.st_mode))
		return unlink(path) < 0 ? complain(path) : 0;
	if (!recursive) {
		errno = EISDIR;
		return complain(path);
	}
	status = empty_directory(path);
	if (status == 0 && rmdir(path) < 0)
		return complain(path);
	return status;
}

static int usage(void)
{
	fprintf(stderr, "usage: rm [-r] [-f] PATH...\n");
	return 2;
}

int main(int argc, char **argv)
{
	int status = 0, option;

	while ((option = getopt(argc, argv, "rf")) != -1) {
		if (option == '?')
			return usage();
		recursive |= option == 'r';
		force |= option == 'f';
	}
	if (optind == argc && !force)
		return usage();
	for (; optind < argc; optind++)
		status |= remove_path(argv[optind]);
	return status;
}
