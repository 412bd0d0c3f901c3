// Reading directories entry by entry.

#include "test.h"
#include <dirent.h>

static char buffer[65536];

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

// Read a whole directory in calls of `size` bytes, and print its names in order.
static void list(const char *path, size_t size)
{
	static char names[64][32];
	char *sorted[64];
	size_t count = 0, i;
	bool layout_ok = true;
	ssize_t n, at;
	int fd = open(path, O_RDONLY | O_DIRECTORY);

	while ((n = getdents64(fd, buffer, size)) > 0) {
		for (at = 0; at < n && count < COUNT(names);) {
			struct dirent64 *entry = (struct dirent64 *)(buffer + at);

			layout_ok &= entry->d_reclen % 8 == 0 && entry->d_ino != 0 &&
			             entry->d_reclen >= 20 + strlen(entry->d_name);
			snprintf(names[count], sizeof(names[count]), "%.12s (%s)", entry->d_name,
			         entry->d_type == DT_DIR ? "directory" :
			         entry->d_type == DT_REG ? "file" :
			                                   "something else");
			sorted[count] = names[count];
			count++;
			at += entry->d_reclen;
		}
	}
	show("the end", n);
	qsort(sorted, count, sizeof(*sorted), compare);
	for (i = 0; i < count; i++)
		say("  %s\n", sorted[i]);
	check("entries are laid out well", layout_ok);
	close(fd);
}

int main(void)
{
	int fd, i, found = 0;
	char name[16];
	DIR *directory;

	mkdir("/tmp/d", 0755);
	chdir("/tmp/d");
	list(".", sizeof(buffer));
	make_file("file", "x");
	make_file("longer name", "x");
	mkdir("directory", 0755);
	list("/tmp/d", sizeof(buffer));
	say("in small pieces:\n");
	list("/tmp/d", 64);

	fd = open(".", O_RDONLY);
	show("a buffer for nothing", getdents64(fd, buffer, 0));
	show("one that is too small", getdents64(fd, buffer, 20));
	check("all at once", getdents64(fd, buffer, sizeof(buffer)) > 0);
	show("then nothing", getdents64(fd, buffer, sizeof(buffer)));
	show("back to the start", lseek(fd, 0, SEEK_SET));
	check("all once more", getdents64(fd, buffer, sizeof(buffer)) > 0);
	close(fd);
	fd = open("file", O_RDONLY);
	show("a file", getdents64(fd, buffer, sizeof(buffer)));
	close(fd);
	show("a closed descriptor", getdents64(fd, buffer, sizeof(buffer)));

	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "many%d", i);
		make_file(name, "");
	}
	directory = opendir(".");
	while (readdir(directory))
		found++;
	closedir(directory);
	say("%d entries\n", found);
	return 0;
}
