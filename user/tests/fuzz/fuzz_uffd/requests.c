// requests.c: the handler's requests of the userfaultfd, and its responses to faults.

#include "fuzz.h"

#include <sys/ioctl.h>

#define RESPONSES 5 // to one fault; then it is released

bool may_move;
uint8_t modes[ZONES][ZONE_PAGES];

static char source[4 * PAGE] __attribute__((aligned(4096)));
static char *cut; // a page, and one after it that cannot be read

void requests_init(void)
{
	cut = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(cut, 'c', PAGE);
	mprotect(cut + PAGE, PAGE, PROT_NONE);
}

int request(unsigned long number, void *arg)
{
	return ioctl(fd, number, arg) ? -errno : 0;
}

void note_modes(struct range range, uint8_t mode)
{
	for (uint32_t page = range.page; page < range.page + range.pages; page++) {
		uint8_t *at = &modes[range.zone][page];

		if (mode == 0 || (*at & mode) != mode)
			*at = mode;
	}
}

void do_register(struct range range)
{
	struct uffdio_register reg = {
		.range = { address_of(range.zone, range.page), range.pages * PAGE },
		.mode = 1 + below(&state, 7),
	};
	int result = request(UFFDIO_REGISTER, &reg);

	if (!result)
		note_modes(range, (uint8_t)reg.mode);
	line("register %d %u+%u mode %u: %d %llx\n", range.zone, range.page, range.pages,
	     (unsigned int)reg.mode, result, result ? 0 : (unsigned long long)reg.ioctls);
}

void do_unregister(struct range range)
{
	struct uffdio_range at = { address_of(range.zone, range.page), range.pages * PAGE };
	int result = request(UFFDIO_UNREGISTER, &at);

	if (!result)
		note_modes(range, 0);
	line("unregister %d %u+%u: %d\n", range.zone, range.page, range.pages, result);
	request(UFFDIO_WAKE, &at);
}

// Each of the following returns true if the pages' sleepers were woken.
static bool do_copy(struct range range)
{
	struct uffdio_copy copy = {
		.dst = address_of(range.zone, range.page),
		.src = (uintptr_t)source,
		.len = range.pages * PAGE,
		.mode = one_in(&state, 4) ? below(&state, 4) : 0,
	};
	int result;

	if (range.pages > 4)
		copy.len = 4 * PAGE;
	if (one_in(&state, 16))
		copy.src = (uintptr_t)cut + (one_in(&state, 2) ? 0 : 9);
	memset(source, (int)(1 + below(&state, 250)), sizeof(source));
	result = request(UFFDIO_COPY, &copy);
	line("copy %d %u+%u mode %u: %d %lld\n", range.zone, range.page, range.pages,
	     (unsigned int)copy.mode, result, (long long)copy.copy);
	return copy.copy > 0 && !(copy.mode & UFFDIO_COPY_MODE_DONTWAKE);
}

static bool do_zeropage(struct range range)
{
	struct uffdio_zeropage zero = {
		.range = { address_of(range.zone, range.page), range.pages * PAGE },
		.mode = one_in(&state, 4),
	};
	int result = request(UFFDIO_ZEROPAGE, &zero);

	line("zeropage %d %u+%u mode %u: %d %lld\n", range.zone, range.page, range.pages,
	     (unsigned int)zero.mode, result, (long long)zero.zeropage);
	return zero.zeropage > 0 && !zero.mode;
}

static bool do_continue(struct range range)
{
	struct uffdio_continue wanted = {
		.range = { address_of(range.zone, range.page), range.pages * PAGE },
		.mode = one_in(&state, 4) ? below(&state, 4) : 0,
	};
	int result = request(UFFDIO_CONTINUE, &wanted);

	line("continue %d %u+%u mode %u: %d %lld\n", range.zone, range.page, range.pages,
	     (unsigned int)wanted.mode, result, (long long)wanted.mapped);
	return wanted.mapped > 0 && !(wanted.mode & UFFDIO_CONTINUE_MODE_DONTWAKE);
}

static bool do_poison(struct range range)
{
	struct uffdio_poison poison = {
		.range = { address_of(range.zone, range.page), range.pages * PAGE },
	};
	int result = request(UFFDIO_POISON, &poison);

	line("poison %d %u+%u: %d %lld\n", range.zone, range.page, range.pages, result,
	     (long long)poison.updated);
	return poison.updated > 0;
}

static bool protect(struct range range, uint64_t mode)
{
	struct uffdio_writeprotect wanted = {
		.range = { address_of(range.zone, range.page), range.pages * PAGE },
		.mode = mode,
	};
	int result = request(UFFDIO_WRITEPROTECT, &wanted);

	line("writeprotect %d %u+%u mode %u: %d\n", range.zone, range.page, range.pages,
	     (unsigned int)mode, result);
	return !result && mode == 0;
}

// Move pages of the stash, which are there, except for the last one.
static bool do_move(struct range range)
{
	uint32_t pages = range.pages > STASH_PAGES ? STASH_PAGES : range.pages;
	struct uffdio_move move = {
		.dst = address_of(range.zone, range.page),
		.src = STASH,
		.len = pages * PAGE,
		.mode = one_in(&state, 3) ? below(&state, 4) : 0,
	};
	int result;

	if (!may_move)
		return false;
	mmap((void *)STASH, STASH_PAGES * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	for (uint32_t page = 0; page + 1 < STASH_PAGES; page++)
		*(volatile char *)(STASH + page * PAGE) = (char)below(&state, 250);
	result = request(UFFDIO_MOVE, &move);
	line("move %d %u+%u mode %u: %d %lld\n", range.zone, range.page, pages,
	     (unsigned int)move.mode, result, (long long)move.move);
	return move.move > 0 && !(move.mode & UFFDIO_MOVE_MODE_DONTWAKE);
}

static bool do_wake(struct range range)
{
	struct uffdio_range at = { address_of(range.zone, range.page), range.pages * PAGE };

	line("wake %d %u+%u: %d\n", range.zone, range.page, range.pages, request(UFFDIO_WAKE, &at));
	return true;
}

bool any_fill(struct range range)
{
	switch (below(&state, 9)) {
	case 0:
	case 1:
		return do_copy(range);
	case 2:
		return do_zeropage(range);
	case 3:
		return do_continue(range);
	case 4:
		return one_in(&state, 3) ? do_poison(range) : do_wake(range);
	case 5:
		return do_move(range);
	case 6:
	case 7:
		return protect(range, below(&state, 3));
	default:
		return do_wake(range);
	}
}

// End a fault for good. A page that is loaded from a file is filled: Linux would map pages around it if it
// were not registered.
static void release(struct range range, uint64_t flags)
{
	struct uffdio_copy copy = { .dst = address_of(range.zone, range.page),
		                    .src = (uintptr_t)source,
		                    .len = PAGE };
	struct uffdio_continue wanted = { .range = { copy.dst, PAGE } };
	int result = -1;

	if (range.zone != ANONYMOUS && (flags & UFFD_PAGEFAULT_FLAG_MINOR))
		result = request(UFFDIO_CONTINUE, &wanted);
	else if (range.zone != ANONYMOUS && !(flags & UFFD_PAGEFAULT_FLAG_WP))
		result = request(UFFDIO_COPY, &copy);
	line("release %d %u: %d\n", range.zone, range.page, result);
	if (result)
		do_unregister(range);
}

void respond(struct range range, uint64_t flags, int times)
{
	bool awake = false;

	while (!awake) {
		if (times++ >= RESPONSES) {
			release(range, flags);
			awake = true;
		} else if (one_in(&state, 4)) {
			awake = any_fill(range);
		} else if (flags & UFFD_PAGEFAULT_FLAG_WP) {
			awake = protect(range, 0);
		} else if (flags & UFFD_PAGEFAULT_FLAG_MINOR) {
			awake = do_continue(range);
		} else {
			awake = one_in(&state, 4) ? do_zeropage(range) : do_copy(range);
		}
	}
}
