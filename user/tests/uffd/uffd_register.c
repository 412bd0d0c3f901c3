// UFFDIO_REGISTER and UFFDIO_UNREGISTER: their errors, and the requests that a range admits.

#include "uffd.h"

static int fd;

static void reg(const char *what, const void *at, size_t len, uint64_t mode)
{
	uint64_t requests = 0;
	int result = uffd_register(fd, at, len, mode, &requests);

	if (result)
		show(what, result);
	else
		say("%s: 0x%llx\n", what, (unsigned long long)requests);
}

static void unreg(const char *what, const void *at, size_t len)
{
	show(what, uffd_unregister(fd, at, len));
}

static void bad_arguments(void)
{
	reg("mode 0", window, PAGE, 0);
	reg("mode 8", window, PAGE, 8);
	reg("length 0", window, 0, MISSING);
	reg("unaligned length", window, PAGE + 1, MISSING);
	reg("unaligned start", window + 1, PAGE, MISSING);
	reg("page 0", NULL, PAGE, MISSING);
	reg("above all memory", (void *)0xFFFFF000, PAGE, MISSING);
	reg("too long", window, 0xFFFFF000, MISSING);
	show("bad address", ioctl(fd, UFFDIO_REGISTER, (void *)1));
	show("bad address", ioctl(fd, UFFDIO_UNREGISTER, (void *)1));
	unreg("unregister length 0", window, 0);
	unreg("unregister unaligned", window + 1, PAGE);
}

static void other_descriptor(void)
{
	int mine = fd, other = uffd_ready(O_NONBLOCK, 0);

	reg("a page", window, PAGE, MISSING);
	reg("again", window, PAGE, MISSING);
	fd = other;
	reg("by another descriptor", window, PAGE, MISSING);
	reg("two pages by it", window, 2 * PAGE, MISSING);
	reg("the next page", window + PAGE, PAGE, MISSING);
	unreg("unregister the first one's", window, PAGE);
	unreg("unregister both", window, 2 * PAGE);
	fd = mine;
	unreg("unregister both by the first", window, 2 * PAGE);
	unreg("unregister the first", window, PAGE);
	close(other);
	reg("after the close", window, 2 * PAGE, MISSING);
	unreg("unregister", window, 2 * PAGE);
	unreg("unregister again", window, 2 * PAGE);
}

static void holes(void)
{
	char *at = map_memory(5);

	munmap(at + PAGE, PAGE);
	munmap(at + 3 * PAGE, PAGE);
	reg("a hole", at + PAGE, PAGE, MISSING);
	reg("from a hole on", at + PAGE, 3 * PAGE, MISSING);
	reg("around holes", at, 5 * PAGE, MISSING);
	unreg("a hole", at + 3 * PAGE, PAGE);
	unreg("around holes", at, 5 * PAGE);
}

static void kinds(void)
{
	int file = open("/tmp/uffd_register", O_RDWR | O_CREAT | O_TRUNC, 0644), readable;
	char *at;

	ftruncate(file, 2 * PAGE);
	readable = open("/tmp/uffd_register", O_RDONLY);
	at = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, readable, 0);
	reg("shared and never writable", at, PAGE, MISSING);
	unreg("unregister it", at, PAGE);
	at = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, readable, 0);
	reg("private", at, PAGE, MISSING);
	at = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg("without access", at, PAGE, MISSING);
	close(readable);
	close(file);
	unlink("/tmp/uffd_register");
}

int main(void)
{
	fd = uffd_ready(O_NONBLOCK, 0);
	window = map_memory(4);
	bad_arguments();
	other_descriptor();
	holes();
	kinds();
	reg("anonymous", window, PAGE, MISSING);
	reg("minor", window, PAGE, MINOR);
	reg("missing and minor", window, PAGE, MISSING | MINOR);
	return 0;
}
