// PR_SET_VMA: names of memory in /proc/self/maps. Linux has them only where it was configured so
// (ANON_VMA_NAME); the expectation is from prctl(2) and proc_pid_maps(5).

#include "test.h"
#include <abi/prctl.h>
#include <sys/mman.h>

#define PAGE 4096
#define BASE ((char *)0x60000000)

static char *map(char *at, int pages, int flags, int fd)
{
	return mmap(at, (size_t)pages * PAGE, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);
}

static long name_it(const char *what, const void *at, size_t length, const char *name)
{
	return show(what, syscall(SYS_prctl, PR_SET_VMA, PR_SET_VMA_ANON_NAME, at, length, name));
}

// Print the mappings from BASE on, and the heap: how many pages, and the name.
static void show_names(void)
{
	static char text[16384];

	read_text("/proc/self/maps", text, sizeof(text));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		unsigned long start = strtoul(line, &line, 16), end = strtoul(line + 1, NULL, 16);
		char *name = strpbrk(line, "[/");

		if (start >= (uintptr_t)BASE && start < (uintptr_t)BASE + 64 * PAGE)
			say("  page %lu, %lu pages: %s\n", (start - (uintptr_t)BASE) / PAGE,
			    (end - start) / PAGE, name ? name : "none");
		else if (name && strcmp(name, "[heap]") == 0)
			say("  the heap\n");
	}
}

static void test_arguments(void)
{
	char longest[81];

	memset(longest, 'n', sizeof(longest));
	longest[80] = '\0';
	map(BASE, 2, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	show("another request", syscall(SYS_prctl, PR_SET_VMA, 1, BASE, PAGE, "x"));
	name_it("80 characters", BASE, PAGE, longest);
	name_it("79 characters", BASE, PAGE, longest + 1);
	name_it("a bad pointer", BASE, PAGE, (char *)16);
	name_it("a bracket", BASE, PAGE, "a[b");
	name_it("a backslash", BASE, PAGE, "a\\b");
	name_it("a newline", BASE, PAGE, "a\nb");
	name_it("a byte above ASCII", BASE, PAGE, "a\xe9");
	name_it("a wrong address", BASE + 1, PAGE, "x");
	name_it("too long a range", BASE, (size_t)-1, "x");
	name_it("nothing", BASE, 0, "x");
	name_it("a hole at its end", BASE, 3 * PAGE, "some words, and $more");
	name_it("a hole at its end", BASE, 3 * PAGE, "some words, and more");
	name_it("no mapping", BASE + 16 * PAGE, PAGE, "x");
	show_names();
	munmap(BASE, 2 * PAGE);
}

static void child(void)
{
	name_it("the child names a page", BASE + PAGE, PAGE, "child");
	show_names();
}

static void test_pieces(void)
{
	map(BASE, 6, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	name_it("two pages", BASE + 2 * PAGE, 2 * PAGE, "two");
	show_names();
	name_it("the next with an equal name", BASE + 4 * PAGE, PAGE, "two");
	name_it("the middle with another", BASE + 3 * PAGE, PAGE, "other");
	show_names();
	mprotect(BASE + 2 * PAGE, PAGE, PROT_READ);
	mremap(BASE + 3 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, BASE + 20 * PAGE);
	show_names();
	show_status("a child", run_child(child));
	name_it("an empty name", BASE, PAGE, "");
	name_it("no names", BASE + PAGE, 2 * PAGE, NULL);
	show_names();
	munmap(BASE, 32 * PAGE);
}

static void test_kinds(void)
{
	int fd = open("/tmp/named", O_RDWR | O_CREAT, 0644);
	char *heap = sbrk(PAGE);

	ftruncate(fd, PAGE);
	map(BASE, 1, MAP_SHARED | MAP_ANONYMOUS, -1);
	name_it("shared memory", BASE, PAGE, "shared");
	map(BASE + 2 * PAGE, 1, MAP_PRIVATE, fd);
	name_it("a private mapping of a file", BASE + 2 * PAGE, PAGE, "file");
	map(BASE + 4 * PAGE, 1, MAP_SHARED, fd);
	name_it("a shared one", BASE + 4 * PAGE, PAGE, "file");
	name_it("the heap", (void *)((uintptr_t)heap & ~(uintptr_t)(PAGE - 1)), PAGE, "mine");
	show_names();
}

int main(void)
{
	test_arguments();
	test_pieces();
	test_kinds();
	return 0;
}
