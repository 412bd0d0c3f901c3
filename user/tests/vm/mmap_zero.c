// Mappings of /dev/zero are new memory: private, or shared with children. Descriptors opened with O_PATH
// map nothing.
#include "test.h"
#include <sys/mman.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)

static char *map(const char *what, size_t pages, int prot, int flags, int fd)
{
	char *p = mmap(NULL, pages * PAGE, prot, flags, fd, 0);

	say("%s: %s\n", what, p == MAP_FAILED ? error_name(errno) : "mapped");
	return p == MAP_FAILED ? NULL : p;
}

// What a child writes that its parent sees.
static void share(int zero)
{
	char *private = map("private", 2, RW, MAP_PRIVATE, zero);
	char *shared = map("shared", 2, RW, MAP_SHARED, zero);
	char *other = map("another", 2, RW, MAP_SHARED, zero);

	if (!private || !shared || !other)
		return;
	private[0] = 1;
	if (fork_or_end() == 0) {
		private[0] = private[PAGE] = shared[0] = shared[PAGE] = 2;
		_exit(0);
	}
	wait(NULL);
	say("private %d %d, shared %d %d, another %d\n", private[0], private[PAGE], shared[0],
	    shared[PAGE], other[0]);
	munmap(private, 2 * PAGE);
	private = map("private again", 2, RW, MAP_PRIVATE, zero);
	say("it is %d\n", private[0]);
	show("at an offset", mmap(NULL, PAGE, RW, MAP_PRIVATE, zero, PAGE) == MAP_FAILED ? -1 : 0);
	show("grow shared memory",
	     mremap(shared, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
	show("locked", map("lock", 1, RW, MAP_PRIVATE | MAP_LOCKED, zero) ? 0 : -1);
}

static void protection(void)
{
	int reads = open("/dev/zero", O_RDONLY), writes = open("/dev/zero", O_WRONLY);
	char *p;

	p = map("private, of a descriptor to read", 1, RW, MAP_PRIVATE, reads);
	p[0] = 1;
	map("shared, to be written", 1, RW, MAP_SHARED, reads);
	p = map("shared, to be read", 1, PROT_READ, MAP_SHARED, reads);
	say("it is %d\n", p[0]);
	show("mprotect", mprotect(p, PAGE, RW));
	map("of a descriptor to write", 1, RW, MAP_SHARED, writes);
	map("with MAP_HUGETLB", 1, RW, MAP_PRIVATE | MAP_HUGETLB, reads);
	map("without type", 1, RW, 0, reads);
	map("MAP_SHARED_VALIDATE", 1, PROT_READ, MAP_SHARED_VALIDATE, reads);
	map("of /dev/null", 1, PROT_READ, MAP_PRIVATE, open("/dev/null", O_RDWR));
}

static void paths(void)
{
	static const char *const names[] = { "/dev/zero", "/dev/null", "/tmp/file", "/tmp" };

	make_file("/tmp/file", "text");
	for (size_t i = 0; i < COUNT(names); i++) {
		int fd = open(names[i], O_PATH);

		map(names[i], 1, PROT_READ, MAP_SHARED, fd);
		map("  privately", 1, PROT_READ, MAP_PRIVATE, fd);
		map("  no pages", 0, PROT_READ, MAP_PRIVATE, fd);
		map("  but anonymous", 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, fd);
		close(fd);
	}
}

int main(void)
{
	share(open("/dev/zero", O_RDWR));
	protection();
	paths();
	return 0;
}
