// /proc/PID/mem, which reads and writes memory like a tracer: beyond the protection of areas.

#include "ptrace.h"

#include <sys/mman.h>

#define PAGE 4096

static char *read_only, *none, *late, *shared, *last;
static const volatile int constant = 77;
static int ready[2], go_on[2];

static char *map(int prot, int flags)
{
	return mmap(NULL, PAGE, prot, flags | MAP_ANONYMOUS, -1, 0);
}

static void target(void)
{
	char byte;

	write(ready[1], "", 1);
	read(go_on[0], &byte, 1);
	say("the program reads %d, %d and %d\n", read_only[0], shared[0], constant);
	say("the kernel writes for the program: ");
	say("%s\n", read(go_on[0], read_only, 1) < 0 ? error_name(errno) : "works");
	mprotect(none, PAGE, PROT_READ);
	mprotect(late, PAGE, PROT_READ);
	say("without protection %d and %d\n", none[8], late[4]);
	_exit(0);
}

// Read a byte, write another one, and read again.
static void try(const char *what, int fd, const volatile void *at, char value)
{
	char byte = 0;

	say("%s: ", what);
	if (pread(fd, &byte, 1, (off_t)(uintptr_t)at) != 1)
		say("%s", error_name(errno));
	else
		say("%d", byte);
	say(", write: %s",
	    pwrite(fd, &value, 1, (off_t)(uintptr_t)at) == 1 ? "1" : error_name(errno));
	if (pread(fd, &byte, 1, (off_t)(uintptr_t)at) == 1)
		say(", now %d", byte);
	say("\n");
}

static void of_another(void)
{
	char path[40], bytes[2 * PAGE], byte;
	pid_t pid = fork_or_end();
	int fd;

	if (pid == 0)
		target();
	read(ready[0], &byte, 1);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	try("read-only", fd, read_only, 10);
	try("without access", fd, none + 8, 20);
	try("never touched", fd, late + 4, 21);
	try("shared, read-only", fd, shared, 30);
	try("a constant", fd, &constant, 78);
	try("nothing there", fd, NULL, 1);
	try("the kernel", fd, (void *)0xc0100000, 1);
	show("read to the end of an area", pread(fd, bytes, sizeof(bytes), (off_t)(uintptr_t)last));
	show("write there", pwrite(fd, bytes, sizeof(bytes), (off_t)(uintptr_t)last));
	show("write from nowhere", pwrite(fd, NULL, 8, (off_t)(uintptr_t)last));
	show("nothing", pwrite(fd, bytes, 0, 0));
	show("seek", lseek(fd, (off_t)(uintptr_t)last, SEEK_SET) == (off_t)(uintptr_t)last);
	show("write", write(fd, "ab", 2));
	show("read behind it", read(fd, &byte, 1));
	check("the position has moved", lseek(fd, 0, SEEK_CUR) == (off_t)(uintptr_t)last + 3);
	write(go_on[1], "", 1);
	write(go_on[1], "", 1);
	waitpid(pid, NULL, 0);
	show("after its end, read", pread(fd, &byte, 1, (off_t)(uintptr_t)last));
	show("after its end, write", pwrite(fd, &byte, 1, (off_t)(uintptr_t)last));
	close(fd);
	say("here they are %d and %d\n", read_only[0], constant);
}

static void of_oneself(void)
{
	int fd = open("/proc/self/mem", O_RDWR);

	try("one's own, read-only", fd, read_only, 40);
	try("one's own, without access", fd, none, 41);
	say("the program reads %d\n", read_only[0]);
	close(fd);
	fd = open("/proc/self/mem", O_RDONLY);
	show("not open for writing", pwrite(fd, "", 1, (off_t)(uintptr_t)read_only));
	close(fd);
}

int main(void)
{
	read_only = map(PROT_READ, MAP_PRIVATE);
	none = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
	none[0] = 3;
	mprotect(none, PAGE, PROT_NONE);
	late = map(PROT_NONE, MAP_PRIVATE);
	shared = map(PROT_READ, MAP_SHARED);
	last = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(last + PAGE, PAGE);
	last += 100;
	pipe(ready);
	pipe(go_on);
	of_another();
	of_oneself();
	return 0;
}
