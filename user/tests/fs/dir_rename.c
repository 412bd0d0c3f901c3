// Renaming: what may replace what.

#include "test.h"

static void try(const char *old_path, const char *new_path)
{
	char what[64];

	snprintf(what, sizeof(what), "%s -> %s", old_path, new_path);
	show(what, rename(old_path, new_path));
}

int main(void)
{
	struct stat st;
	char byte;
	int fd;

	chdir("/tmp");
	make_file("file1", "one");
	make_file("file2", "two");
	mkdir("empty", 0755);
	mkdir("full", 0755);
	make_file("full/inside", "inside");

	try("nosuch", "new");
	try("file1", "nosuch/new");
	try("file1", "file2/new");
	try("file1", "file1");
	show_file("file1");
	try("file1", "empty");
	try("empty", "file1");
	try("empty", "full");
	try("full", "full/inner");
	try("full", "full");
	try("full/inside", "full");
	try(".", "new");
	try("full/..", "new");
	try("file1", "");
	try("", "file1");
	try("file1", "new/");
	try("file1/", "new");

	fd = open("file2", O_RDONLY);
	try("file1", "file2");
	show_file("file1");
	show_file("file2");
	read(fd, &byte, 1);
	fstat(fd, &st);
	say("the old file2 is still open: '%c', links %u\n", byte, (unsigned int)st.st_nlink);

	try("full", "empty");
	show_file("empty/inside");
	show("full is gone", stat("full", &st));
	mkdir("other", 0755);
	try("empty", "other/moved/");
	show_file("other/moved/inside");
	stat("other", &st);
	say("links of the new parent: %u\n", (unsigned int)st.st_nlink);
	chdir("other/moved");
	try("inside", "../../outside");
	show_file("/tmp/outside");
	stat("/tmp/other/moved/..", &st);
	check("the moved directory's .. is its new parent", st.st_nlink == 3);
	return 0;
}
