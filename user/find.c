// find [PATH...] [-name PATTERN] [-type f|d|l]: print what is at and below paths. In a pattern * is
// any text and ? any character.

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *name_wanted, *type_wanted;
static int status;

// Returns true if the whole name matches the pattern.
static bool matches(const char *pattern, const char *name)
{
	const char *star = NULL, *retry = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = pattern++;
			retry = name;
		} else if (*pattern == '?' || *pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star + 1;
			name = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static char letter(mode_t mode)
{
	return S_ISREG(mode) ? 'f' : S_ISDIR(mode) ? 'd' : S_ISLNK(mode) ? 'l' : '?';
}

static void complain(const char *path)
{
	fprintf(stderr, "find: %s: %s\n", path, strerror(errno));
	status = 1;
}

// Print the path if it is wanted.
static void show(const char *path, mode_t mode)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash && slash[1] ? slash + 1 : path;

	if ((!name_wanted || matches(name_wanted, name)) &&
	    (!type_wanted || *type_wanted == letter(mode)))
		puts(path);
}

// Visit a path and all that is below it. `path` has room for PATH_MAX bytes: each level appends a
// name.
static void visit(char *path)
{
	size_t length = strlen(path);
	struct dirent *entry;
	struct stat st;
	DIR *directory;

	if (lstat(path, &st) < 0) {
		complain(path);
		return;
	}
	show(path, st.st_mode);
	if (!S_ISDIR(st.st_mode))
		return;
	directory = opendir(path);
	if (!directory) {
		complain(path);
		return;
	}
	while ((entry = readdir(directory)) != NULL) {
		const char *slash = path[length - 1] == '/' ? "" : "/";

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (length + strlen(entry->d_name) + 2 > PATH_MAX) {
			errno = ENAMETOOLONG;
			complain(path);
			continue;
		}
		strcpy(path + length, slash);
		strcat(path + length, entry->d_name);
		visit(path);
		path[length] = '\0';
	}
	closedir(directory);
}

static int usage(void)
{
	fputs("usage: find [PATH...] [-name PATTERN] [-type f|d|l]\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	char path[PATH_MAX];
	int paths = 1, i;

	while (paths < argc && argv[paths][0] != '-')
		paths++;
	for (i = paths; i < argc; i += 2) {
		if (i + 1 == argc)
			return usage();
		if (strcmp(argv[i], "-name") == 0)
			name_wanted = argv[i + 1];
		else if (strcmp(argv[i], "-type") == 0)
			type_wanted = argv[i + 1];
		else
			return usage();
	}
	if (paths == 1)
		visit(strcpy(path, "."));
	for (i = 1; i < paths; i++) {
		if (argv[i][0] != '\0' && strlen(argv[i]) < sizeof(path)) {
			visit(strcpy(path, argv[i]));
			continue;
		}
		errno = argv[i][0] ? ENAMETOOLONG : ENOENT;
		complain(argv[i]);
	}
	return status;
}
