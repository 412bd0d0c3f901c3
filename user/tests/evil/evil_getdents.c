// Directories read into buffers of every small size, at wild positions, and while they change.

#include "evil.h"
#include <dirent.h>

int main(void)
{
	static char buffer[4096];
	char name[32];
	int fd, found = 0, tiny = 0;
	long n;

	evil_begin();
	mkdir("/tmp/many", 0700);
	chdir("/tmp/many");
	fd = open(".", O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "name%d", i);
		make_file(name, "");
	}
	for (size_t size = 0; size < 25; size++) {
		lseek(fd, 0, SEEK_SET);
		tiny += syscall(SYS_getdents64, fd, buffer, size) == -1 && errno == EINVAL;
	}
	show("too small", tiny);
	lseek(fd, 0, SEEK_SET);
	show("into the kernel", syscall(SYS_getdents64, fd, KERNEL_TEXT, sizeof(buffer)));
	show("across a hole", syscall(SYS_getdents64, fd, REGION + 2 * PAGE - 10, 100));
	show("a size below 0", syscall(SYS_getdents64, fd, ULIM - 4, -1));
	show("a position far away", syscall(SYS__llseek, fd, 0x7fffffff, -1, buffer, SEEK_SET));
	show("  nothing there", syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
	show("a position below 0", lseek(fd, -5, SEEK_SET));
	lseek(fd, 0, SEEK_SET);
	// Each name is removed as soon as it is seen.
	while ((n = syscall(SYS_getdents64, fd, buffer, 64)) > 0) {
		for (long at = 0; at < n;) {
			struct dirent *entry = (struct dirent *)(buffer + at);

			found += unlink(entry->d_name) == 0;
			at += entry->d_reclen;
		}
	}
	show("removed while reading", found);
	chdir("/");
	show("rmdir", rmdir("/tmp/many"));
	lseek(fd, 0, SEEK_SET);
	show("a directory that is gone", syscall(SYS_getdents64, fd, buffer, sizeof(buffer)));
	close(fd);
	return evil_end();
}
