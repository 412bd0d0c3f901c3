// mprotect() of memory that RLIMIT_DATA would count as data then, and of ranges that reach beyond all user
// addresses: areas change one by one, up to the first that cannot.

#include "test.h"

#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096u
#define MIB (1u << 20)
#define RW (PROT_READ | PROT_WRITE)
#define LIMIT (8 * MIB) // more than the program has at first

static char *map(size_t size, int prot, int flags)
{
	return mmap(NULL, size, prot, flags | MAP_ANONYMOUS, -1, 0);
}

static void set_limit(rlim_t bytes)
{
	struct rlimit limit = { bytes, RLIM_INFINITY };

	show("RLIMIT_DATA", setrlimit(RLIMIT_DATA, &limit));
}

// Can the page be written? The kernel tries it, by a read into the page.
static void show_writable(const char *what, char *page, int zero)
{
	say("%s: %s\n", what, read(zero, page, 1) == 1 ? "writable" : error_name(errno));
}

static void data(int zero)
{
	char *memory = map(64 * MIB, PROT_READ, MAP_PRIVATE), *shared, *pair;

	show("64 MiB", mprotect(memory, 64 * MIB, RW));
	show("in a part", mprotect(memory + MIB, 32 * MIB, RW));
	show_writable("its first page", memory + MIB, zero);
	show("1 MiB", mprotect(memory, MIB, RW));
	show_writable("its first page", memory, zero);
	show("again", mprotect(memory, MIB, RW | PROT_EXEC));
	show("not to be written", mprotect(memory, 64 * MIB, PROT_READ | PROT_EXEC));
	shared = map(16 * MIB, PROT_READ, MAP_SHARED);
	show("shared", mprotect(shared, 16 * MIB, RW));
	pair = map(17 * MIB, PROT_READ, MAP_PRIVATE);
	show("no access", mprotect(pair + MIB, 16 * MIB, PROT_NONE));
	show("1 MiB, and 16 after it", mprotect(pair, 17 * MIB, RW));
	show_writable("the first", pair, zero);
	show_writable("the second", pair + MIB, zero);
	set_limit(RLIM_INFINITY);
	show("64 MiB without a limit", mprotect(memory, 64 * MIB, RW));
}

static void far_ends(int zero)
{
	char *memory = map(3 * PAGE, PROT_READ, MAP_PRIVATE);

	munmap(memory + 2 * PAGE, PAGE);
	show("beyond the user addresses", mprotect(memory, 0u - PAGE - (uintptr_t)memory, RW));
	show_writable("the first page", memory, zero);
	show_writable("the second page", memory + PAGE, zero);
	show("beyond the last address", mprotect(memory, 0u - PAGE, PROT_READ));
}

int main(void)
{
	int zero = open("/dev/zero", O_RDONLY);

	set_limit(LIMIT);
	data(zero);
	far_ends(zero);
	return 0;
}
