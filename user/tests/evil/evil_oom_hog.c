// mem: 32
// A program touches more memory than there is: it dies, a small one beside it lives, and afterwards
// all memory is there again. As well with memory that a call fills, and with shared memory.

#include "oom.h"

#define SMALL 64 // pages

static char *huge;

static void hog_by_touching(void)
{
	huge = map_pages(64 * MIB, MAP_PRIVATE);
	touch_pages(huge, 64 * MIB);
}

static void hog_by_reading(void)
{
	int fd = open("/dev/zero", O_RDONLY);

	huge = map_pages(64 * MIB, MAP_PRIVATE);
	say("read: %zd\n", read(fd, huge, 64 * MIB * PAGE));
}

static void hog_shared(void)
{
	huge = map_pages(64 * MIB, MAP_SHARED);
	touch_pages(huge, 64 * MIB);
}

// A page in each page table first, so that tables run out too.
static void hog_tables(void)
{
	for (size_t i = 0; i < 256; i++)
		*(volatile char *)mmap((void *)(0x40000000 + i * 0x400000), PAGE,
		                       PROT_READ | PROT_WRITE,
		                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) = 1;
	hog_by_touching();
}

// A call that asks for all of it: the caller gets an error, and nobody dies.
static void hog_by_populating(void)
{
	int error;

	huge = map_pages(64 * MIB, MAP_PRIVATE);
	error = mlock(huge, 64 * MIB * PAGE) ? errno : 0;
	munmap(huge, 64 * MIB * PAGE); // what comes next needs memory
	say("mlock: %s\n", error_name(error));
}

static void run(const char *what, void (*hog)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		hog();
		_exit(0);
	}
	say_end(what, pid);
}

int main(void)
{
	char *small = map_pages(SMALL, MAP_PRIVATE);
	unsigned long before;

	touch_pages(small, SMALL);
	run("touch", hog_by_touching);
	before = free_memory();
	run("touch", hog_by_touching);
	run("read", hog_by_reading);
	run("shared", hog_shared);
	run("tables", hog_tables);
	run("populate", hog_by_populating);
	say("small: %s\n", pages_intact(small, SMALL) ? "intact" : "changed");
	say("free memory changed by %ld\n", (long)(free_memory() - before));
	return 0;
}
