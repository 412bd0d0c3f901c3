// canary.c: nobody sees what another process left behind.
//
// Tenants fill their memory, and the structs that they show the kernel, with a secret word, and end.
// No call that copies something out and no new memory may ever show it. The word stands nowhere
// but in tenants' memory: the program itself knows its complement only.

#include "fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const volatile uint32_t inverse = 0xa13d18a5;

uint32_t *secret_fill(uint32_t *from, uint32_t words)
{
	uint32_t not_it = inverse;

	for (uint32_t i = 0; i < words; i++)
		from[i] = ~not_it;
	return from;
}

bool secret_in(uint32_t address, uint32_t words)
{
	const uint32_t *at = (const uint32_t *)(uintptr_t)(address & -4u);
	uint32_t not_it = inverse;

	for (uint32_t i = 0; i < words; i++)
		if (~at[i] == not_it)
			return true;
	return false;
}

// Is no memory there that others may rightly write to, the children's stacks included? Calls may have
// mapped such anywhere, and their tenants' children then share it.
static bool all_private(uint32_t address)
{
	static char maps[16384];
	int fd = open("/proc/self/maps", O_RDONLY);
	uint32_t used = 0;
	ssize_t n;

	while ((n = read(fd, maps + used, sizeof(maps) - 1 - used)) > 0)
		used += (uint32_t)n;
	close(fd);
	maps[used] = '\0';
	for (char *line = maps; line && *line; line = strchr(line, '\n')) {
		char *rest;
		uint32_t start, end;

		line += *line == '\n';
		start = strtoul(line, &rest, 16);
		end = *rest ? strtoul(rest + 1, &rest, 16) : 0;
		if (strlen(rest) < 5 || rest[4] != 's')
			continue;
		if ((start <= address && address < end) ||
		    (start < STACKS_BASE + STACKS * STACK_SIZE && end > STACKS_BASE))
			return false;
	}
	return used > 0;
}

void secret_found(const struct actor *actor, uint32_t address, uint32_t call)
{
	if (!all_private(address) || shared->secrets++)
		return;
	shared->secret_call = call;
	shared->secret_worker = actor->worker;
	shared->secret_index = actor->next;
}

static bool all_zero(const uint32_t *at, uint32_t words)
{
	for (uint32_t i = 0; i < words; i++)
		if (at[i])
			return false;
	return true;
}

static void *map(uint32_t flags, int fd, uint32_t pages)
{
	void *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);

	return at == MAP_FAILED ? NULL : at;
}

static uint32_t *fresh_file(uint32_t pages)
{
	int fd = open("fresh", O_RDWR | O_CREAT | O_TRUNC, 0600);
	uint32_t *at = NULL;

	if (fd >= 0 && !ftruncate(fd, (off_t)(pages * PAGE)))
		at = map(MAP_SHARED, fd, pages);
	close(fd);
	unlink("fresh");
	return at;
}

// New memory is zero.
void check_fresh(const struct actor *actor, uint32_t variant)
{
	uint32_t pages = 1 + variant / 8 % 8;
	uint32_t *at = NULL;

	switch (variant % 4) {
	case 0:
		at = map(MAP_PRIVATE | MAP_ANONYMOUS, -1, pages);
		break;
	case 1:
		at = map(MAP_SHARED | MAP_ANONYMOUS, -1, pages);
		break;
	case 2:
		at = map(MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, pages);
		break;
	default:
		at = fresh_file(pages);
	}
	if (!at)
		return;
	if (variant & 4)
		at[0] = 0; // the whole page comes with a write
	if (!all_zero(at, pages * PAGE / 4))
		secret_found(actor, (uint32_t)(uintptr_t)&inverse,
		             OWN_FRESH); // new memory is nobody else's
	munmap(at, pages * PAGE);
}

// Fill memory with the secret, perform what is left of the actor's calls with it, and end. What the
// calls point to must not be memory that the parent has had mapped there to be shared.
void become_tenant(struct actor *actor)
{
	uint32_t *at = map(MAP_PRIVATE | MAP_ANONYMOUS, -1, 16);

	if (!map_slots())
		_exit(0);
	if (at)
		secret_fill(at, 16 * PAGE / 4);
	actor->tenant = true;
	run(actor);
}

// The program was executed anew, with whatever arguments: is its memory?
void check_after_exec(void)
{
	extern char edata[], end[];
	struct actor nobody = { 0 };
	uint32_t stack = (uint32_t)(uintptr_t)&nobody & -PAGE;

	if (secret_in((uint32_t)(uintptr_t)edata, (uint32_t)(end - edata) / 4) ||
	    secret_in(stack - 2 * PAGE, 2 * PAGE / 4))
		close(open(SEEN, O_WRONLY | O_CREAT, 0600));
	check_fresh(&nobody, 2);
	_exit(0);
}
