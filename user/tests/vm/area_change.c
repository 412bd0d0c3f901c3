// Named areas that change: size, protection, what is behind them; pages in a row.
#include "area.h"

static void in_row(const char *what, int id)
{
	unsigned long physical = 1;
	int value = area_physical(id, &physical);

	say("%s: %s\n", what, value ? error_name(errno) : physical % PAGE ? "odd" : "a page");
}

static int make_locked(const char *name, size_t size, size_t maximum, uint32_t lock)
{
	struct area_request request = ask(name, size);

	request.maximum = maximum;
	request.lock = lock;
	request.access = AREA_ACCESS_WRITE;
	return make_as(request);
}

// How many of `n` pages from `p` on are in memory.
static int resident(char *p, size_t n)
{
	unsigned char vec[64];
	int count = 0;

	mincore(p, n * PAGE, vec);
	for (size_t i = 0; i < n; i++)
		count += vec[i];
	return count;
}

static void locks(void)
{
	for (uint32_t lock = 0; lock <= AREA_LOCK_CONTIGUOUS; lock++) {
		int id = make_locked("lock", 8 * PAGE, 0, lock);
		char *p = place(id);

		say("lock %u: %d pages at first", lock, resident(p, 8));
		p[PAGE] = 1;
		say(", %d then;", resident(p, 8));
		say(" DONTNEED %s\n", madvise(p, PAGE, MADV_DONTNEED) ? error_name(errno) : "done");
		in_row("physical address", id);
		area_delete(&id, 1);
	}
}

static void sizes(void)
{
	int id = make_locked("sizes", PAGE, 4 * PAGE, AREA_LOCK_NONE);
	struct area_clone_request request = clone_of(id, RW, 0);
	char *p = place(id), *clone;

	area_clone(&request);
	clone = (char *)request.address;
	strcpy(p, "first");
	access_of("the first page", p);
	access_of("the second", p + PAGE);
	result("grow", area_resize(id, 3 * PAGE, 0));
	strcpy(p + 2 * PAGE, "third");
	say("the clone has %s and %s\n", clone, clone + 2 * PAGE);
	show_area(request.id);
	result("shrink", area_resize(id, PAGE, 0));
	access_of("the clone's third page", clone + 2 * PAGE);
	result("grow again", area_resize(id, 4 * PAGE, AREA_RESIZE_RECLAIM));
	say("the third page is %s\n", p[2 * PAGE] ? "old" : "new");
	result("beyond the maximum", area_resize(id, 5 * PAGE, 0));
	result("to nothing", area_resize(id, 0, 0));
	result("to half a page", area_resize(id, PAGE / 2, 0));
	result("with no such flag", area_resize(id, PAGE, 2));
	result("of a clone", area_resize(request.id, PAGE, 0));
	result("of nothing", area_resize(0, PAGE, 0));
	area_delete(&id, 1);
	area_delete(&request.id, 1);
	id = make_locked("full", PAGE, 0x20000000, AREA_LOCK_FULL);
	result("full, beyond memory", area_resize(id, 0x20000000, 0));
	result("the same, reclaiming", area_resize(id, 0x20000000, AREA_RESIZE_RECLAIM));
	show_area(id);
	result("full, by a few", area_resize(id, 16 * PAGE, AREA_RESIZE_RECLAIM));
	say("%d pages in memory\n", resident(place(id), 32));
	area_delete(&id, 1);
	id = make_locked("row", 4 * PAGE, 0, AREA_LOCK_CONTIGUOUS);
	place(id)[0] = 'r';
	result("contiguous, less", area_resize(id, 2 * PAGE, 0));
	access_of("the third page", place(id) + 2 * PAGE);
	result("contiguous, as before", area_resize(id, 4 * PAGE, 0));
	result("remove its pages", madvise(place(id), PAGE, MADV_REMOVE));
	munlockall();
	result("remove them, not locked", madvise(place(id), PAGE, MADV_REMOVE));
	area_delete(&id, 1);
}

static void protection(void)
{
	int id = make_locked("rights", 2 * PAGE, 0, AREA_LOCK_NONE);
	char *p = place(id);

	p[0] = p[PAGE] = 1;
	result("to read", area_protect(id, PROT_READ));
	access_of("now", p);
	result("to nothing", area_protect(id, PROT_NONE));
	access_of("now", p);
	say("mprotect: %d\n", mprotect(p, PAGE, PROT_READ));
	access_of("one page", p);
	result("to both", area_protect(id, RW));
	access_of("now", p);
	say("%d %d\n", p[0], p[PAGE]);
	result("to more", area_protect(id, 8));
	result("of nothing", area_protect(-1, RW));
	area_delete(&id, 1);
}

static void files(void)
{
	int id = make_locked("file", 2 * PAGE, 4 * PAGE, AREA_LOCK_NONE);
	int fd = open("/tmp/area", O_RDWR | O_CREAT, 0600), reader = open("/tmp/area", O_RDONLY);
	int writer = open("/tmp/area", O_WRONLY), row, pipes[2], device = open("/dev/mem", O_RDWR);
	struct area_clone_request request = clone_of(id, RW, 0);
	char *p = place(id), text[8] = "", *other;

	area_clone(&request);
	pwrite(fd, "abcdef", 6, PAGE);
	strcpy(p, "memory");
	result("a file", area_map(id, fd, PAGE));
	say("%s; the clone has %s\n", p, (char *)request.address);
	p[0] = 'A';
	pread(fd, text, 6, PAGE);
	say("the file has %s\n", text);
	access_of("beyond its end", p + PAGE);
	access_of("beyond the area", p + 2 * PAGE);
	show_area(id);
	show_area(request.id);
	result("resize it", area_resize(id, PAGE, 0));
	result("at an odd offset", area_map(id, fd, 1));
	result("at a negative one", area_map(id, fd, -PAGE));
	result("a file to read", area_map(id, reader, 0));
	result("a file to write", area_map(id, writer, 0));
	pipe(pipes);
	result("a pipe", area_map(id, pipes[0], 0));
	result("a device", area_map(id, device, 0xA0000));
	result("no file", area_map(id, 99, 0));
	result("onto nothing", area_map(0, fd, 0));
	area_protect(id, PROT_READ);
	result("a file to read, to read", area_map(id, reader, 0));
	result("then to write", area_protect(id, RW));
	area_delete(&request.id, 1);
	request = clone_of(id, RW, 0);
	result("and a clone", area_clone(&request));
	request = clone_of(id, RW, AREA_CLONE_COPY);
	result("and a copy", area_clone(&request));
	result("a file onto the copy", area_map(request.id, fd, 0));
	area_delete(&request.id, 1);
	munmap(p, PAGE);
	other = mmap(p, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	result("where another thing is", area_map(id, reader, 0));
	munmap(other, PAGE);
	result("where nothing is", area_map(id, reader, 0));
	access_of("which is there again", p + PAGE);
	row = make_locked("row", PAGE, 0, AREA_LOCK_CONTIGUOUS);
	result("onto a contiguous one", area_map(row, fd, 0));
	area_delete(&row, 1);
	area_delete(&id, 1);
	unlink("/tmp/area");
}

static void devices(void)
{
	int id = make_locked("display", PAGE, 2 * PAGE, AREA_LOCK_FULL);
	struct area_clone_request request = clone_of(id, RW, 0);
	char *p = place(id);
	unsigned long physical = 0;

	for (uint32_t cache = 0; cache < 3; cache++) {
		result("the display", area_remap(id, 0xBC000, cache));
		access_of("it", p);
	}
	p[0] = 'd';
	area_physical(id, &physical);
	say("at %#lx\n", physical);
	result("its clone", area_clone(&request));
	say("has %c\n", *(char *)request.address);
	show_area(id);
	result("resize it", area_resize(id, PAGE, 0));
	result("protect it", area_protect(id, PROT_READ));
	access_of("it", p);
	request = clone_of(id, RW, AREA_CLONE_COPY);
	result("a copy of it", area_clone(&request));
	result("memory", area_remap(id, 0x100000, 0));
	result("page 0", area_remap(id, 0, 0));
	result("the interrupt controller", area_remap(id, 0xFEE00000, 0));
	result("an odd address", area_remap(id, 0xA0001, 0));
	result("the last page", area_remap(id, 0xFFFFF000, 0));
	result("no such cache", area_remap(id, 0xA0000, 3));
	result("onto nothing", area_remap(0, 0xA0000, 0));
	access_of("it", p);
	area_delete(&id, 1);
}

int main(void)
{
	locks();
	sizes();
	protection();
	files();
	devices();
	return 0;
}
