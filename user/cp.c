// cp FILE NEW, cp FILE... DIRECTORY: copy files.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(const char *name)
{
	fprintf(stderr, "cp: %s: %s\n", name, strerror(errno));
	return 1;
}

static int copy_data(int from, int to, const char *from_name, const char *to_name)
{
	static char buffer[16384];
	ssize_t n, done, written;

	while ((n = read(from, buffer, sizeof(buffer))) > 0) {
		for (done = 0; done < n; done += written) {
			written = write(to, buffer + done, n - done);
			if (written < 0)
				return complain(to_name);
		}
	}
	return n < 0 ? complain(from_name) : 0;
}

// The new file gets the permissions of the old one.
static int copy_file(const char *old_name, const char *new_name)
{
	struct stat old_stat, new_stat;
	int from = open(old_name, O_RDONLY), to, status;

	if (from < 0 || fstat(from, &old_stat) < 0)
		return complain(old_name);
	if (S_ISDIR(old_stat.st_mode)) {
		fprintf(stderr, "cp: %s is a directory\n", old_name);
		close(from);
		return 1;
	}
	if (stat(new_name, &new_stat) == 0 && new_stat.st_dev == old_stat.st_dev &&
	    new_stat.st_ino == old_stat.st_ino) {
		fprintf(stderr, "cp: %s and %s are the same file\n", old_name, new_name);
		close(from);
		return 1;
	}
	to = open(new_name, O_WRONLY | O_CREAT | O_TRUNC, old_stat.st_mode & 0777);
	if (to < 0) {
		close(from);
		return complain(new_name);
	}
	status = copy_data(from, to, old_name, new_name);
	close(from);
	if (close(to) < 0)
		return complain(new_name);
	return status;
}

int main(int argc, char **argv)
{
	const char *target = argv[argc - 1], *base;
	char path[PATH_MAX];
	struct stat st;
	int status = 0, i;
	bool into_directory;

	if (argc < 3) {
		fprintf(stderr, "usage: cp FILE NEW | cp FILE... DIRECTORY\n");
		return 2;
	}
	into_directory = stat(target, &st) == 0 && S_ISDIR(st.st_mode);
	if (!into_directory && argc > 3) {
		fprintf(stderr, "cp: %s is no directory\n", target);
		return 1;
	}
	for (i = 1; i < argc - 1; i++) {
		if (into_directory) {
			base = strrchr(argv[i], '/');
			snprintf(path, sizeof(path), "%s/%s", target, base ? base + 1 : argv[i]);
		}
		status |= copy_file(argv[i], into_directory ? path : target);
	}
	return status;
}
