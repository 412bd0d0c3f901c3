// fill_futex.c: the arguments of futexes. The words are few, so that threads meet at them.

#include "fuzz.h"

#include <abi/futex.h>
#include <limits.h>

#define WORDS 4u   // in a page that one space has, and in one that children share
#define WAITERS 8u // of an array for futex_waitv

bool kind_is_futex(char kind)
{
	return kind == '_' || kind == '=' || kind == ':' || kind == '%';
}

static uint32_t futex_address(uint32_t *state)
{
	uint32_t page = one_in(state, 2) ? ARENA : ARENA + 16 * PAGE;

	return one_in(state, 16) ? raw_value('E', state) : page + 4 * below(state, WORDS);
}

uint32_t futex_value(char kind, uint32_t *state)
{
	static const uint32_t values[] = { 0, 0, 0, 1, INT_MAX, ~0u };

	if (one_in(state, 16))
		return raw_value('i', state);
	if (kind == '_')
		return futex_address(state);
	if (kind == '%')
		return 3 * sizeof(uint32_t); // a robust list's head
	if (kind == ':')
		return values[below(state, 6)];
	return below(state, 14) | (one_in(state, 2) ? FUTEX_PRIVATE_FLAG : 0) |
	       (one_in(state, 8) ? FUTEX_CLOCK_REALTIME : 0);
}

// An array of waiters; or the head of a robust list with a lock or two, which may lead in a circle.
void fill_futex(char kind, uint32_t *words, uint32_t *state)
{
	if (kind == '@') {
		words[0] = one_in(state, 4) ? (uint32_t)(uintptr_t)words : futex_address(state);
		words[1] = one_in(state, 2) ? 0 : 4 * below(state, 4) - 8;
		words[2] = one_in(state, 2) ? 0 : futex_address(state);
		return;
	}
	for (uint32_t i = 0; i < WAITERS; i++, words += 6) {
		words[0] = futex_value(':', state);
		words[1] = words[3] = words[5] = 0;
		words[2] = futex_address(state);
		words[4] = FUTEX2_SIZE_U32 | (one_in(state, 2) ? FUTEX_PRIVATE_FLAG : 0);
		if (one_in(state, 16))
			words[below(state, 6)] = raw_value('i', state);
	}
}
