// fill_uffd.c: what requests on a userfaultfd take.

#include "fuzz.h"

#include <linux/userfaultfd.h>

// The handshake with some features, or a range of the arena (or
// two of one length) and a mode.
void fill_uffd(uint64_t *fields, uint32_t *state)
{
	bool pair = one_in(state, 2), near = one_in(state, 2);

	if (one_in(state, 3)) {
		fields[0] = UFFD_API;
		fields[1] = random_word(state) & random_word(state) & UFFD_FEATURES_ALL;
		return;
	}
	if (one_in(state, 24)) { // seldom: a fill takes a million instructions
		fields[0] = UFFD_LARGE + below(state, 2) * LARGE;
		fields[1] = pair ? raw_value('a', state) : LARGE;
		fields[2] = pair ? LARGE : below(state, 8);
		fields[3] = pair ? below(state, 4) : 0;
		return;
	}
	fields[0] = near ? UFFD_BASE + below(state, 2) * PAGE : raw_value('a', state);
	fields[1] = pair ? raw_value('a', state) : raw_value('L', state);
	fields[2] = pair ? raw_value('L', state) : below(state, 8);
	fields[3] = pair ? below(state, 4) : 0;
}
