// mseal: what is sealed stays mapped, where it is, with its protection; only what the program may write
// itself can be discarded. Forks inherit seals.

#include "test.h"
#include <sys/mman.h>
#include <sys/shm.h>

#define PAGE 4096
#define PAGES 4

static int fd;

static char *map(int prot, int flags, int file)
{
	return mmap(NULL, PAGES * PAGE, prot, flags, file, 0);
}

static char *map_private(int prot)
{
	return map(prot, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static long mseal(const char *what, const void *start, size_t length, unsigned long flags)
{
	return show(what, syscall(SYS_mseal, start, length, flags));
}

static void show_map(const char *what, void *at, size_t length, int flags)
{
	void *result = mmap(at, length, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	say("%s: %s\n", what, result == MAP_FAILED ? error_name(errno) : "mapped");
}

static void show_remap(const char *what, void *at, size_t old, size_t new, int flags, void *to)
{
	void *result = mremap(at, old, new, flags, to);

	say("%s: %s\n", what, result == MAP_FAILED ? error_name(errno) : "moved");
}

static void test_arguments(void)
{
	char *at = map_private(PROT_READ | PROT_WRITE);

	mseal("flags", at, PAGE, 1);
	mseal("a wrong address", at + 1, PAGE, 0);
	mseal("too long", at, (size_t)-1, 0);
	mseal("wraps around", at, (size_t)-PAGE, 0);
	mseal("nothing", at, 0, 0);
	mseal("address 0", NULL, PAGE, 0);
	munmap(at + PAGE, PAGE);
	mseal("a hole", at, PAGES * PAGE, 0);
	show("not sealed before the hole", munmap(at, PAGE));
	mseal("a part of a page", at + 2 * PAGE, 1, 0);
	mseal("again", at + 2 * PAGE, PAGE, 0);
	show("unmap it", munmap(at + 2 * PAGE, PAGE));
	show("unmap what follows", munmap(at + 3 * PAGE, PAGE));
}

static void test_changes(void)
{
	char *at = map_private(PROT_READ | PROT_WRITE), *free = map_private(PROT_READ);

	at[0] = 'x';
	mseal("seal the second page", at + PAGE, PAGE, 0);
	show("unmap all", munmap(at, PAGES * PAGE));
	check("all is there", at[0] == 'x');
	show("unmap the second page", munmap(at + PAGE, PAGE));
	show("protect all", mprotect(at, PAGES * PAGE, PROT_READ | PROT_EXEC));
	show_map("map over all", at, PAGES * PAGE, MAP_FIXED);
	show_map("map without replacing", at, PAGES * PAGE, MAP_FIXED_NOREPLACE);
	show("protect as it is", mprotect(at + PAGE, PAGE, PROT_READ | PROT_WRITE));
	show("protect what follows", mprotect(at + 2 * PAGE, PAGE, PROT_READ));
	show_remap("shrink", at + PAGE, PAGE, 0, 0, NULL);
	show_remap("grow", at + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL);
	show_remap("move", at + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, free);
	show_remap("the same size", at + PAGE, PAGE, PAGE, 0, NULL);
	show_remap("move to it", free, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + PAGE);
	show_remap("shrink over it", at, 2 * PAGE, PAGE, 0, NULL);
	show("lock", mlock(at + PAGE, PAGE));
	show("unlock", munlock(at + PAGE, PAGE));
	at[PAGE] = 'y';
	check("it can be written", at[PAGE] == 'y');
	munmap(free, PAGES * PAGE);
}

static void show_advice(const char *what, char *at)
{
	static const struct {
		const char *name;
		int advice;
	} advice[] = {
		{ "free", MADV_FREE },
		{ "remove", MADV_REMOVE },
		{ "do not fork", MADV_DONTFORK },
		{ "fork", MADV_DOFORK },
		{ "wipe on fork", MADV_WIPEONFORK },
		{ "keep on fork", MADV_KEEPONFORK },
		{ "random", MADV_RANDOM },
		{ "normal", MADV_NORMAL },
		{ "do not need", MADV_DONTNEED },
		{ "do not need, locked", MADV_DONTNEED_LOCKED },
	};

	say("%s:", what);
	for (size_t i = 0; i < COUNT(advice); i++)
		say(" %s %s", advice[i].name,
		    madvise(at, PAGE, advice[i].advice) ? error_name(errno) : "0");
	say("\n");
}

static void test_advice(void)
{
	char *writable = map_private(PROT_READ | PROT_WRITE), *readable = map_private(PROT_READ);
	char *shared = map(PROT_READ, MAP_SHARED, fd), *copied = map(PROT_READ, MAP_PRIVATE, fd);
	char *written = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);

	written[0] = 'w';
	mprotect(written, PAGES * PAGE, PROT_READ);
	mseal("seal", written, PAGES * PAGE, 0);
	mseal("seal", writable, PAGES * PAGE, 0);
	mseal("seal", readable, PAGES * PAGE, 0);
	mseal("seal", shared, PAGES * PAGE, 0);
	mseal("seal", copied, PAGES * PAGE, 0);
	show_advice("writable", writable);
	show_advice("readable", readable);
	show_advice("shared", shared);
	show_advice("private of a file", copied);
	show_advice("private of a file, written before", written);
}

static void test_heap_and_segment(void)
{
	char *end = sbrk(0), *heap = (char *)(((uintptr_t)end + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
	int id = shmget(IPC_PRIVATE, PAGE, 0600);
	char *segment = shmat(id, NULL, 0);

	brk(heap + 2 * PAGE);
	mseal("seal the heap's end", heap + PAGE, PAGE, 0);
	brk(heap);
	check("it stays", sbrk(0) == heap + 2 * PAGE);
	brk(heap + 3 * PAGE);
	check("it grows", sbrk(0) == heap + 3 * PAGE);
	brk(heap + 2 * PAGE);
	check("it shrinks to there", sbrk(0) == heap + 2 * PAGE);

	segment[0] = 's';
	mseal("seal a segment", segment, PAGE, 0);
	show("detach it", shmdt(segment));
	check("it stays", segment[0] == 's');
	shmctl(id, IPC_RMID, NULL);
}

static char *inherited;

static void child(void)
{
	show("the child cannot unmap it", munmap(inherited, PAGE));
	say("the child's page: %c\n", inherited[0]);
}

int main(void)
{
	fd = open("/tmp/sealed", O_RDWR | O_CREAT, 0644);
	ftruncate(fd, PAGES * PAGE);
	test_arguments();
	test_changes();
	test_advice();
	test_heap_and_segment();
	inherited = map_private(PROT_READ | PROT_WRITE);
	inherited[0] = 'c';
	mseal("seal for a child", inherited, PAGE, 0);
	show_status("the child", run_child(child));
	return 0;
}
