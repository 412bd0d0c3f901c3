// RLIMIT_MEMLOCK binds programs without CAP_IPC_LOCK: mlock, mlockall, MAP_LOCKED, mremap, brk.

#define _GNU_SOURCE
#include "test.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)

static char *pages;

static void set_limit(unsigned long bytes)
{
	struct rlimit limit = { bytes, 100 * PAGE };

	say("limit %lu: ", bytes);
	show("setrlimit", setrlimit(RLIMIT_MEMLOCK, &limit));
}

static void show_map(const char *what, const void *at)
{
	say("%s: %s\n", what, at == MAP_FAILED ? error_name(errno) : "mapped");
}

static char *map(size_t n, int flags)
{
	return mmap(NULL, n * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static void lock_pages(void)
{
	show("ten pages", mlock(pages, 10 * PAGE));
	show("one more", mlock(pages + 10 * PAGE, 1));
	show("the same again", mlock(pages, 10 * PAGE));
	show("nine of them and another", mlock(pages + PAGE, 10 * PAGE));
	show("mlock2, on fault", (int)syscall(SYS_mlock2, pages + 20 * PAGE, PAGE, MLOCK_ONFAULT));
	show("munlock", munlock(pages, 2 * PAGE));
	show("two others", mlock(pages + 10 * PAGE, 2 * PAGE));
	show("a third", mlock(pages + 12 * PAGE, 1));
	show("nothing", mlock(pages, 0));
	show("mlockall", mlockall(MCL_CURRENT));
	show("munlockall", munlockall());
}

static void map_locked(void)
{
	char *at = map(8, MAP_LOCKED), *more;

	show_map("eight pages", at);
	show_map("three more", map(3, MAP_LOCKED));
	more = map(2, MAP_LOCKED);
	show_map("two", more);
	show_map("at the place of two",
	         mmap(more, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_LOCKED, -1,
	              0));
	show("munmap", munmap(more, 2 * PAGE));
	show_map("mremap, larger", mremap(at, 8 * PAGE, 11 * PAGE, MREMAP_MAYMOVE));
	at = mremap(at, 8 * PAGE, 10 * PAGE, MREMAP_MAYMOVE);
	show_map("mremap, as large as may be", at);
	show("munmap", munmap(at, 10 * PAGE));
}

static void future(void)
{
	char *end = sbrk(0);

	show("mlockall, in the future", mlockall(MCL_FUTURE));
	show_map("ten pages", map(10, 0));
	show_map("one more", map(1, 0));
	show_map("not to be accessed",
	         mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	check("brk fails", syscall(SYS_brk, end + 2 * PAGE) == (long)end);
	show("munlockall", munlockall());
	check("brk works", syscall(SYS_brk, end + 2 * PAGE) == (long)(end + 2 * PAGE));
}

static void nothing(void)
{
	show("mlock", mlock(pages, PAGE));
	show("mlock of nothing", mlock(pages, 0));
	show("mlock2, a wrong flag", (int)syscall(SYS_mlock2, pages, PAGE, 8));
	show("munlock", munlock(pages, PAGE));
	show("mlockall", mlockall(MCL_CURRENT));
	show("mlockall, a wrong flag", mlockall(64));
	show("munlockall", munlockall());
	show_map("MAP_LOCKED", map(1, MAP_LOCKED));
	show_map("MAP_LOCKED, at 3",
	         mmap((void *)3, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_LOCKED, -1,
	              0));
}

static void as_user(void)
{
	set_limit(10 * PAGE + 100);
	show("setresuid", (int)syscall(SYS_setresuid32, 40011, 40011, 40011));
	lock_pages();
	say("-- MAP_LOCKED\n");
	map_locked();
	say("-- MCL_FUTURE\n");
	future();
	say("-- nothing\n");
	set_limit(0);
	nothing();
}

static void as_root(void)
{
	set_limit(PAGE);
	lock_pages();
	set_limit(0);
	show("mlock", mlock(pages, PAGE));
	show_map("MAP_LOCKED", map(3, MAP_LOCKED));
}

int main(void)
{
	pages = map(30, 0);
	say("-- a user\n");
	run_child(as_user);
	say("-- root\n");
	run_child(as_root);
	return 0;
}
