// ls [-a] [-l] [PATH...]: list directories and files. -a: also names with a leading dot. -l: with
// type, permissions, links, owner, group, size and time of change.

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static bool show_all, show_long;
static int status;

static void complain(const char *name)
{
	fprintf(stderr, "ls: %s: %s\n", name, strerror(errno));
	status = 1;
}

static char type_letter(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return 'd';
	case S_IFLNK:
		return 'l';
	case S_IFCHR:
		return 'c';
	case S_IFBLK:
		return 'b';
	case S_IFIFO:
		return 'p';
	default:
		return '-';
	}
}

static void print_mode(mode_t mode)
{
	const char *letters = "rwxrwxrwx";
	int i;

	putchar(type_letter(mode));
	for (i = 0; i < 9; i++)
		putchar(mode & (0400 >> i) ? letters[i] : '-');
}

static void print_time(time_t seconds)
{
	struct tm tm;

	gmtime_r(&seconds, &tm);
	printf(" %04d-%02d-%02d %02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	       tm.tm_hour, tm.tm_min);
}

static void print_target(const char *path)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	if (n >= 0)
		printf(" -> %.*s", (int)n, target);
}

// Print one file: `path` leads to it, `name` is printed.
static void print_file(const char *path, const char *name)
{
	struct stat st;

	if (!show_long) {
		puts(name);
		return;
	}
	if (lstat(path, &st) < 0) {
		complain(path);
		return;
	}
	print_mode(st.st_mode);
	printf(" %2u %3u %3u ", (unsigned int)st.st_nlink, st.st_uid, st.st_gid);
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		printf("%3u, %3u", major(st.st_rdev), minor(st.st_rdev));
	else
		printf("%8lld", (long long)st.st_size);
	print_time(st.st_mtime);
	printf(" %s", name);
	if (S_ISLNK(st.st_mode))
		print_target(path);
	putchar('\n');
}

struct names {
	char **items;
	size_t count, size;
};

static void add_name(struct names *names, const char *name)
{
	if (names->count == names->size) {
		names->size = 2 * names->size + 32;
		names->items = realloc(names->items, names->size * sizeof(char *));
	}
	if (!names->items) {
		fprintf(stderr, "ls: no memory\n");
		exit(2);
	}
	names->items[names->count++] = strdup(name);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_directory(const char *path)
{
	struct names names = { NULL, 0, 0 };
	struct dirent *entry;
	char full[PATH_MAX];
	DIR *directory;
	size_t i;

	directory = opendir(path);
	if (!directory) {
		complain(path);
		return;
	}
	while ((entry = readdir(directory)) != NULL)
		if (show_all || entry->d_name[0] != '.')
			add_name(&names, entry->d_name);
	closedir(directory);
	if (names.count > 0)
		qsort(names.items, names.count, sizeof(char *), compare_names);
	for (i = 0; i < names.count; i++) {
		snprintf(full, sizeof(full), "%s/%s", path, names.items[i]);
		print_file(full, names.items[i]);
		free(names.items[i]);
	}
	free(names.items);
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

// First the files that are not directories, then the contents of the directories.
static void list_paths(char **paths, int count)
{
	struct stat st;
	int i;

	for (i = 0; i < count; i++) {
		if (lstat(paths[i], &st) < 0)
			complain(paths[i]);
		else if (!is_directory(paths[i]))
			print_file(paths[i], paths[i]);
	}
	for (i = 0; i < count; i++) {
		if (!is_directory(paths[i]))
			continue;
		if (count > 1)
			printf("%s:\n", paths[i]);
		list_directory(paths[i]);
	}
}

int main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "al")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: ls [-a] [-l] [PATH...]\n");
			return 2;
		}
		show_all |= option == 'a';
		show_long |= option == 'l';
	}
	if (optind == argc)
		list_directory(".");
	else
		list_paths(argv + optind, argc - optind);
	return status;
}
