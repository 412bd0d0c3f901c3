// /dev/mem: device memory is mapped, memory is not; and what Linux's calls do with such mappings.
// Linux's own answers for VM_PFNMAP, but where grade/differences.md says otherwise.
#include "test.h"
#include <sys/mman.h>
#include <sys/uio.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)
#define DISPLAY 0xBC000 // the second half of the text page: nothing shows

static int fd;

static void *map(size_t pages, int prot, int flags, int64_t at)
{
	return mmap(NULL, pages * PAGE, prot, flags, fd, at);
}

static void try(const char *what, void *p)
{
	say("%s: %s\n", what, p == MAP_FAILED ? error_name(errno) : "mapped");
	if (p != MAP_FAILED)
		munmap(p, PAGE);
}

static void try_call(const char *what, int result)
{
	if (result < 0)
		say("%s: %s\n", what, error_name(errno));
	else
		say("%s: %d\n", what, result);
}

static void where(void)
{
	int reader = open("/dev/mem", O_RDONLY);

	try("the display", map(1, RW, MAP_SHARED, DISPLAY));
	try("all of it", map(32, RW, MAP_SHARED, 0xA0000));
	try("firmware", map(1, PROT_READ, MAP_SHARED, 0xF0000));
	try("above memory", map(1, RW, MAP_SHARED, 0xFD000000));
	try("page 0", map(1, PROT_READ, MAP_SHARED, 0));
	try("the kernel", map(1, PROT_READ, MAP_SHARED, 0x100000));
	try("memory", map(1, RW, MAP_SHARED, 0x400000));
	try("the display and memory", map(97, RW, MAP_SHARED, 0xA0000));
	try("the interrupt controller", map(1, RW, MAP_SHARED, 0xFEE00000));
	try("the last page", map(1, RW, MAP_SHARED, 0xFFFFF000));
	try("around the end", map(2, RW, MAP_SHARED, 0xFFFFF000));
	try("beyond 32 bits", map(1, RW, MAP_SHARED, 0x1000B8000));
	try("private, to read", map(1, PROT_READ, MAP_PRIVATE, DISPLAY));
	try("private, to write", map(1, RW, MAP_PRIVATE, DISPLAY));
	try("nothing", map(0, RW, MAP_SHARED, DISPLAY));
	try("read-only, to read", mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, DISPLAY));
	try("read-only, to write", mmap(NULL, PAGE, RW, MAP_SHARED, reader, DISPLAY));
	close(reader);
}

static void transfers(char *p)
{
	char text[8] = "text", *other = map(1, RW, MAP_SHARED, DISPLAY);
	struct iovec here = { text, 6 }, there = { p, 6 };
	int pipes[2], status;

	try_call("read", (int)read(fd, text, 1));
	try_call("write", (int)write(fd, text, 1));
	pipe(pipes);
	strcpy(p, "abcdef");
	say("the other mapping has %.6s\n", other);
	say("written from there: %d\n", (int)write(pipes[1], p, 6));
	say("read to there: %d\n", (int)read(pipes[0], p + 8, 6));
	say("it has %.6s\n", other + 8);
	if (fork() == 0) {
		strcpy(p, "child!");
		exit(0);
	}
	wait(&status);
	say("after a child's write: %.6s\n", p);
	try_call("process_vm_readv of it",
	         syscall(SYS_process_vm_readv, getpid(), &here, 1, &there, 1, 0));
	try_call("process_vm_writev to it",
	         syscall(SYS_process_vm_writev, getpid(), &here, 1, &there, 1, 0));
	try_call("process_vm_readv into it",
	         syscall(SYS_process_vm_readv, getpid(), &there, 1, &here, 1, 0));
	munmap(other, PAGE);
}

static void calls(char *p)
{
	static const struct {
		const char *name;
		int advice;
	} advice[] = {
		{ "NORMAL", MADV_NORMAL },
		{ "WILLNEED", MADV_WILLNEED },
		{ "DONTNEED", MADV_DONTNEED },
		{ "DONTNEED_LOCKED", MADV_DONTNEED_LOCKED },
		{ "FREE", MADV_FREE },
		{ "REMOVE", MADV_REMOVE },
		{ "DONTFORK", MADV_DONTFORK },
		{ "DOFORK", MADV_DOFORK },
		{ "DONTDUMP", MADV_DONTDUMP },
		{ "DODUMP", MADV_DODUMP },
		{ "WIPEONFORK", MADV_WIPEONFORK },
		{ "KEEPONFORK", MADV_KEEPONFORK },
		{ "COLD", MADV_COLD },
		{ "PAGEOUT", MADV_PAGEOUT },
		{ "POPULATE_READ", MADV_POPULATE_READ },
		{ "POPULATE_WRITE", MADV_POPULATE_WRITE },
	};
	unsigned char vec[2] = { 0, 0 };
	char *moved;

	for (size_t i = 0; i < COUNT(advice); i++)
		try_call(advice[i].name, madvise(p, PAGE, advice[i].advice));
	try_call("mlock", mlock(p, PAGE));
	try_call("munlock", munlock(p, PAGE));
	try_call("msync, later", msync(p, PAGE, MS_ASYNC));
	try_call("msync, now", msync(p, PAGE, MS_SYNC));
	try_call("mincore", mincore(p, 2 * PAGE, vec));
	say("in memory: %d %d\n", vec[0], vec[1]);
	try_call("mprotect, nothing", mprotect(p, PAGE, PROT_NONE));
	try_call("read to there", (int)syscall(SYS_pipe, p));
	try_call("mprotect, all", mprotect(p, PAGE, RW));
	say("still there: %.6s\n", p);
	try("mremap, longer", mremap(p, PAGE, 3 * PAGE, MREMAP_MAYMOVE));
	try("mremap, a second time", mremap(p, 0, PAGE, MREMAP_MAYMOVE));
	try("mremap, keeping", mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP));
	p[PAGE] = 'm';
	moved = mremap(p + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 8 * PAGE);
	say("moved: %s %c\n", moved == p + 8 * PAGE ? "there" : error_name(errno), moved[0]);
	munmap(moved, PAGE);
}

static void show_maps(const char *p)
{
	static char maps[4096];
	int file = open("/proc/self/maps", O_RDONLY);
	char *line = maps;

	maps[read(file, maps, sizeof(maps) - 1)] = '\0';
	close(file);
	for (; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strtoul(line, NULL, 16) == (uintptr_t)p)
			say("%.*s\n", (int)(strchr(line, '\n') - line - 18), line + 18);
}

int main(void)
{
	char *p;

	fd = open("/dev/mem", O_RDWR);
	where();
	p = map(2, RW, MAP_SHARED, DISPLAY);
	show_maps(p);
	transfers(p);
	calls(p);
	return 0;
}
