// Small rules of calls on files: pread's checks in their order, the lowest free descriptor after F_DUPFD,
// ".." at a changed root.
#include "test.h"

static void reads(void)
{
	int fd = open("/tmp/file", O_RDWR | O_CREAT, 0600), writes = open("/tmp/file", O_WRONLY);
	int path = open("/tmp/file", O_PATH), dir = open("/tmp", O_RDONLY), ends[2];
	char byte, *nowhere = (char *)16;

	pipe(ends);
	write(fd, "text", 4);
	show("no descriptor, and before the start", pread(99, &byte, 1, -1));
	show("no descriptor", pread(99, &byte, 1, 0));
	show("before the start", pread(fd, &byte, 1, -1));
	show("not to be read, and before the start", pread(writes, &byte, 1, -1));
	show("not to be read", pread(writes, &byte, 1, 0));
	show("not to be read, and nowhere", pread(writes, nowhere, 1, 0));
	show("O_PATH", pread(path, &byte, 1, 0));
	show("a directory", pread(dir, &byte, 1, 0));
	show("a pipe", pread(ends[0], &byte, 1, 0));
	show("a pipe's other end", pread(ends[1], &byte, 1, 0));
	show("a pipe, and before the start", pread(ends[0], &byte, 1, -1));
	show("nowhere", pread(fd, nowhere, 1, 0));
	show("nowhere, past the end", pread(fd, nowhere, 1, 100));
	show("nothing to nowhere", pread(fd, nowhere, 0, 0));
	show("pwrite, not to be written", pwrite(open("/tmp/file", O_RDONLY), &byte, 1, 0));
	show("pwrite to a pipe's other end", pwrite(ends[0], &byte, 1, 0));
	for (fd = 3; fd < 20; fd++)
		close(fd);
}

static void descriptors(void)
{
	int fd = open("/dev/null", O_RDWR);

	show("first", fd);
	show("F_DUPFD from 10", fcntl(fd, F_DUPFD, 10));
	show("the lowest free", dup(fd));
	show("F_DUPFD from 10", fcntl(fd, F_DUPFD, 10));
	show("the lowest free", open("/dev/null", O_RDONLY));
	close(4);
	show("F_DUPFD from 5", fcntl(fd, F_DUPFD, 5));
	show("the lowest free", dup(fd));
	show("F_DUPFD_CLOEXEC from 0", fcntl(fd, F_DUPFD_CLOEXEC, 0));
	close(3);
	show("the lowest free", dup(4));
}

static void roots(void)
{
	struct stat root, above, outside;

	mkdir("/tmp/root", 0755);
	mkdir("/tmp/root/dir", 0755);
	make_file("/tmp/root/inside", "inside");
	make_file("/tmp/outside", "outside");
	stat("/tmp", &outside);
	show("chroot", syscall(SYS_chroot, "/tmp/root"));
	show("chdir", chdir("/"));
	stat("/", &root);
	stat("/..", &above);
	check(".. of the root is the root", above.st_ino == root.st_ino);
	stat("dir/../../..", &above);
	check("further up too", above.st_ino == root.st_ino && above.st_ino != outside.st_ino);
	show_file("/../inside");
	show_file("../../outside");
	show_file("dir/../../tmp/outside");
}

int main(void)
{
	reads();
	descriptors();
	roots();
	return 0;
}
