// What the tests of /proc/PID/oom_score share: a machine of 128 MiB has 5.2 points for a MiB.
#pragma once

#include "../oom_score.h"
#include "../thread.h"

#define MIB (1u << 20)

// Check that the score has risen since `before` by what `mib` MiB make, within a third.
static inline void check_rise(const char *what, int before, int mib)
{
	int rise = score_of(getpid()) - before;
	bool holds = rise * 3 > mib * 10 && rise * 3 < mib * 21;

	check(what, holds);
	if (!holds)
		say("%s: %d points for %d MiB\n", what, rise, mib);
}

// Returns a new nameless file with `mib` MiB of contents.
static inline int nameless(int mib)
{
	static const char chunk[65536] = { 1 };
	int fd = memfd_create("held", 0);

	for (int i = 0; i < mib * 16; i++)
		write(fd, chunk, sizeof(chunk));
	return fd;
}
