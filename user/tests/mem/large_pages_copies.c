// append: hugepages=5
// mem: 64
// The kernel's own copies from and to large pages, of this process and of another.

#include "large_pages.h"
#include <sys/uio.h>

static char *at;

static long transfer(long call, pid_t pid, char *local, char *remote, size_t n)
{
	struct iovec here = { local, n }, there = { remote, n };

	return syscall(call, pid, &here, 1, &there, 1, 0);
}

static void other(void)
{
	char buffer[3 * PAGE];
	int ready[2], status;
	char byte;
	pid_t pid;

	pipe(ready);
	pid = fork_or_end();
	if (pid == 0) {
		strcpy(at + large - 3, "child");
		write(ready[1], "x", 1);
		pause();
	}
	close(ready[1]);
	read(ready[0], &byte, 1);
	memset(buffer, 0, sizeof(buffer));
	show("read the child's", transfer(SYS_process_vm_readv, pid, buffer, at + large - 3, 6));
	say("%s\n", buffer);
	show("write to what it shares",
	     transfer(SYS_process_vm_writev, pid, (char *)"hello", at + 5000, 6));
	show("read that", transfer(SYS_process_vm_readv, pid, buffer, at + 5000, 6));
	say("%s\n", buffer);
	check("our own is as before", at[5000] == 0 && at[large - 3] == 0);
	show("past its end",
	     transfer(SYS_process_vm_readv, pid, buffer, at + 2 * large - PAGE, 2 * PAGE));
	mprotect(at, large, PROT_READ);
	show("with another protection here",
	     transfer(SYS_process_vm_writev, pid, (char *)"rights", at, 7));
	mprotect(at, large, RW);
	kill(pid, SIGKILL);
	wait(&status);
	pool("it ended");
}

int main(void)
{
	int ends[2], file = open("/tmp/large", O_RDWR | O_CREAT, 0600);
	char small[PAGE] = "from a small page", *read_only;

	large_pages_begin();
	at = map_large("two", 2, MAP_PRIVATE);
	pipe(ends);
	show("write from untouched pages", write(ends[1], at + large - 2048, PAGE));
	show("read into them", read(ends[0], at + large - 2048, PAGE));
	write(ends[1], small, sizeof(small));
	show("read across two", read(ends[0], at + large - 4, sizeof(small)));
	say("%s\n", at + large - 4);
	show("write to a file", write(file, at + large - PAGE, 2 * PAGE));
	show("and back", pread(file, at + PAGE + 1, 2 * PAGE, 0));
	check("equal", memcmp(at + PAGE + 1, at + large - PAGE, 2 * PAGE) == 0);
	show("past the end", pread(file, at + 2 * large - PAGE, 2 * PAGE, 0));
	strcpy(at + large - 5, "/tmp/large");
	show("a path across two", access(at + large - 5, F_OK));
	read_only = map_large("one", 1, MAP_PRIVATE);
	mprotect(read_only, large, PROT_READ);
	show("read into what cannot be written", pread(file, read_only, 1, 0));
	show("write from it", pwrite(file, read_only, 1, 0));
	munmap(read_only, large);
	memset(at, 0, 2 * large);
	other();
	return 0;
}
