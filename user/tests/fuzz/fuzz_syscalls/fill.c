// fill.c: what arguments point to: strings, arrays and structs, made plausibly and then spoilt.

#include "fuzz.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#define FIRST_OUTSIDE "/dev/null" // what stands before it is the round's own

static const char *const paths[] = {
	"file",
	"file",
	"big",
	"dir",
	"dir",
	"dir/x",
	"dir/y",
	"dir/sub",
	"dir/sub/z",
	"fifo",
	"link",
	"loop",
	"hard",
	"new",
	"newdir",
	"newdir/a",
	"tmpfs",
	"tmpfs/x",
	".",
	"./file",
	"dir/../file",
	"",
	"file/",
	"file/x",
	"dir/",
	"no/where",
	BASE_DIRECTORY "/file",
	SELF,
	SELF,
	BASE_DIRECTORY "/true",
	FIRST_OUTSIDE,
	"/dev/zero",
	"/dev/full",
	"/dev/random",
	"/dev/tty",
	"/dev/ptmx",
	"/dev/pts/0",
	"/dev/console",
	"/dev/stdin",
	"/dev/fd/3",
	"/proc/self/maps",
	"/proc/self/status",
	"/proc/self/fd/4",
	"/proc/self/stat",
	"/proc/self/cmdline",
	"/proc/1/maps",
	"/proc/1/status",
	"/proc/2/status",
	"/proc/meminfo",
	"/proc/5/stat",
};

#define PATHS (sizeof(paths) / sizeof(*paths))

static uint32_t own_paths(void)
{
	uint32_t count = 0;

	while (strcmp(paths[count], FIRST_OUTSIDE))
		count++;
	return count;
}

bool kind_is_filled(char kind)
{
	return kind && strchr("pFbBvGSKHtTuzqeRUJ6lQV7$4~@*&[{/?", kind);
}

static uint32_t size_of(char kind)
{
	static const struct {
		char kind;
		uint16_t size;
	} sizes[] = { { 'b', 512 },
		      { 'B', 512 },
		      { 'v', 64 },
		      { 'G', 8 },
		      { 'S', 20 },
		      { 'K', 12 },
		      { 't', 16 },
		      { 'T', 32 },
		      { 'u', 16 },
		      { 'z', 32 },
		      { 'q', 64 },
		      { 'e', 128 },
		      { 'R', 16 },
		      { 'U', 16 },
		      { 'J', 64 },
		      { '6', 8 },
		      { '7', 8 },
		      { 'l', 24 },
		      { 'Q', 128 },
		      { 'V', 64 },
		      { 'H', 1024 },
		      { '$', 40 },
		      { '~', 192 },
		      { '@', 24 },
		      { '*', 112 },
		      { '&', SOCKET_MESSAGE_SIZE },
		      { '[', SYSV_FILLED },
		      { '{', SYSV_FILLED },
		      { '/', 32 },
		      { '?', 64 },
		      { '"', PAGEMAP_FILLED } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		if (sizes[i].kind == kind)
			return sizes[i].size;
	return 64;
}

// Where the argument lies in its slot: before the hole, across two pages, or anywhere.
static uint32_t place(uint32_t slot, uint32_t size, uint32_t *state)
{
	uint32_t base = SLOTS_BASE + slot * SLOT_SIZE;

	switch (below(state, 4)) {
	case 0:
		return base + 2 * PAGE - size;
	case 1:
		return base + PAGE - (below(state, size + 1) & -4u);
	default:
		return base + 16 * below(state, 64);
	}
}

static uint32_t fill_path(char kind, uint32_t slot, uint32_t *state)
{
	const char *path = paths[below(state, kind == 'F' ? own_paths() : PATHS)];
	uint32_t length = strlen(path);
	char *at;

	if (one_in(state, 40)) {
		static const uint16_t lengths[] = { 254, 255, 256, 1023, 4094, 4095, 4096 };

		length = lengths[below(state, sizeof(lengths) / sizeof(*lengths))];
		at = (char *)(uintptr_t)(SLOTS_BASE + slot * SLOT_SIZE + 2 * PAGE - length - 1);
		memset(at, 'n', length);
		for (uint32_t i = 1; one_in(state, 2) && i < length; i += 100)
			at[i] = '/';
		at[length] = '\0';
		return (uint32_t)(uintptr_t)at;
	}
	at = (char *)(uintptr_t)place(slot, length + 1, state);
	memcpy(at, path, length + 1);
	if (*path != '/' && length && one_in(state, 20))
		at[below(state, length)] = (char)('a' + below(state, 26));
	return (uint32_t)(uintptr_t)at;
}

// Any address that may hold data, mostly one that does.
uint32_t data_address(uint32_t *state)
{
	if (one_in(state, 8))
		return wild_address(state);
	if (one_in(state, 2))
		return ARENA + below(state, ARENA_PAGES * PAGE);
	return SLOTS_BASE + below(state, ARGS) * SLOT_SIZE + below(state, 2 * PAGE);
}

static void fill_vectors(struct iovec *at, uint32_t count, uint32_t *state)
{
	for (uint32_t i = 0; i < count; i++) {
		at[i].iov_base = (void *)(uintptr_t)data_address(state);
		at[i].iov_len = one_in(state, 8) ? any_size(state) : below(state, 600);
	}
}

// 1,024 ranges of a byte, each on a page of its own in the long range: they fill the slot.
static uint32_t fill_far_bytes(uint32_t slot, uint32_t *state)
{
	uint32_t count = 2 * PAGE / sizeof(struct iovec);
	uint32_t first = LONG_BASE + below(state, LONG_SIZE / PAGE - count) * PAGE;
	struct iovec *at = (struct iovec *)(uintptr_t)(SLOTS_BASE + slot * SLOT_SIZE);

	for (uint32_t i = 0; i < count; i++) {
		at[i].iov_base = (void *)(uintptr_t)(first + i * PAGE);
		at[i].iov_len = 1;
	}
	return (uint32_t)(uintptr_t)at;
}

static void fill_strings(uint32_t *at, uint32_t slot, uint32_t *state)
{
	static const char *const strings[] = { "-e", "x", "", "self", "A=B" };
	uint32_t count = below(state, 7);

	at[0] = (uint32_t)(uintptr_t)strings[3];
	at[1] = (uint32_t)(uintptr_t)strings[0];
	for (uint32_t i = 2; i < count; i++)
		at[i] = (uint32_t)(uintptr_t)strings[below(state, 5)];
	at[count] = 0;
	if (one_in(state, 8))
		at[below(state, 8)] = wild_address(state);
	if (one_in(state, 16)) {
		// One long string.
		uint32_t long_one = SLOTS_BASE + slot * SLOT_SIZE;

		memset((void *)(uintptr_t)long_one, 'l', PAGE);
		at[1] = long_one;
	}
}

static void fill_action(struct sigaction *at, uint32_t *state)
{
	uint32_t flags = random_word(state) & random_word(state);

	at->sa_handler = (void (*)(int))handler_address(below(state, 16));
	at->sa_flags = one_in(state, 4) ? flags :
	                                  (flags & (SA_RESTART | SA_NODEFER | SA_RESETHAND)) |
	                                          SA_ONSTACK | SA_SIGINFO;
	at->sa_restorer = (void (*)(void))handler_address(16 + below(state, 4));
	at->sa_mask.bits[0] = one_in(state, 4) ? random_word(state) : 0;
	at->sa_mask.bits[1] = 0;
}

static void fill_poll(struct pollfd *at, uint32_t count, uint32_t *state)
{
	for (uint32_t i = 0; i < count; i++) {
		at[i].fd = (int)any_descriptor(state);
		at[i].events = (short)random_word(state);
		at[i].revents = -1;
	}
}

// Words that are small mostly: times, limits, what ioctl and fcntl take.
static void fill_words(uint32_t *at, uint32_t count, uint32_t *state)
{
	for (uint32_t i = 0; i < count; i++) {
		if (one_in(state, 3))
			at[i] = raw_value('i', state);
		else
			at[i] = one_in(state, 2) ? 0 : below(state, 50000);
	}
}

// Words of a time: `kind` as in fill_at. Mostly a short one.
static void fill_times(uint32_t *words, char kind, uint32_t *state)
{
	fill_words(words, size_of(kind) / 4, state);
	if (!one_in(state, 4))
		words[0] = 0;
	if (kind == 'T')
		words[1] = words[3] = 0;
}

// A descriptor of thread-local storage (struct user_desc).
static void fill_descriptor(uint32_t *words, uint32_t *state)
{
	words[0] = one_in(state, 3) ? ~0u : 5 + below(state, 5);
	words[1] = random_word(state);
	words[2] = one_in(state, 2) ? 0xfffff : random_word(state);
	words[3] = one_in(state, 2) ? 0x51 : random_word(state) & 0x7f;
}

// What sigaltstack takes.
static void fill_signal_stack(uint32_t *words, uint32_t *state)
{
	words[0] = one_in(state, 8) ? wild_address(state) : ARENA + below(state, 32) * PAGE;
	words[1] = one_in(state, 4) ? raw_value('y', state) : 0;
	words[2] = one_in(state, 4) ? any_size(state) : 2 * PAGE;
}

// Sets: few bits.
static void fill_bits(uint32_t *words, uint32_t count, uint32_t *state)
{
	for (uint32_t i = 0; i < count; i++)
		words[i] = random_word(state) & random_word(state);
}

// What requests take that are about areas and pages.
static void fill_memory_request(char kind, uint32_t *words, uint32_t slot, uint32_t *state)
{
	if (kind == 'Q')
		fill_areas(words, 2, state);
	else if (kind == 'V')
		fill_area_clone(words, state);
	else if (kind == '"')
		fill_pagemap((uint64_t *)words, slot, state);
	else
		fill_uffd((uint64_t *)words, state);
}

// Fill the memory at `address` for an argument of the kind `kind` in `slot`.
static void fill_at(char kind, uint32_t address, uint32_t slot, uint32_t *state)
{
	uint32_t *words = (uint32_t *)(uintptr_t)address;

	switch (kind) {
	case 'b':
		words[0] = words[1] = below(state, 512); // a position, for some
		break;
	case 'B':
		words[below(state, 128)] = random_word(state);
		break;
	case 'v':
		fill_vectors((struct iovec *)words, 8, state);
		break;
	case 'S':
		fill_action((struct sigaction *)words, state);
		break;
	case 'K':
		fill_signal_stack(words, state);
		break;
	case 't':
	case 'T':
	case 'u':
		fill_times(words, kind, state);
		break;
	case 'z':
		fill_strings(words, slot, state);
		break;
	case 'q':
		fill_poll((struct pollfd *)words, 8, state);
		break;
	case 'e':
	case 'G':
		fill_bits(words, size_of(kind) / 4, state);
		break;
	case '7':
		*(uint64_t *)words = far_position(state);
		break;
	case '6':
		fill_vectors((struct iovec *)words, 1, state);
		break;
	case 'Q':
	case 'V':
	case '"':
	case '$':
		fill_memory_request(kind, words, slot, state);
		break;
	case '*':
	case '&':
		fill_socket(kind, (char *)words, state);
		break;
	case 'U':
		fill_descriptor(words, state);
		break;
	default:
		fill_words(words, size_of(kind) / 4, state);
	}
}

// Make what the argument in `slot` points to. Returns the address.
uint32_t fill(char kind, uint32_t slot, uint32_t seed, const struct actor *actor)
{
	uint32_t state, size = size_of(kind), address;

	random_start(&state, seed + 77);
	if (kind == 'p' || kind == 'F')
		return fill_path(kind, slot, &state);
	if (kind == '4')
		return fill_far_bytes(slot, &state);
	address = place(slot, size, &state) & -4u;
	if (actor->tenant && kind != 'z' && kind != 'H' && kind != 'S') {
		secret_fill((uint32_t *)(uintptr_t)address, size / 4);
		return address;
	}
	if (kind == 'H')
		return frame_fill(address, &state, actor);
	if (kind == '~' || kind == '@')
		fill_futex(kind, (uint32_t *)(uintptr_t)address, &state);
	else if (kind == '[' || kind == '{')
		fill_sysv(kind, (char *)(uintptr_t)address, &state);
	else if (kind == '/' || kind == '?')
		fill_mqueue(kind, (uint32_t *)(uintptr_t)address, &state);
	else
		fill_at(kind, address, slot, &state);
	if (one_in(&state, 12))
		address += 1 + below(&state, 3);
	return address;
}
