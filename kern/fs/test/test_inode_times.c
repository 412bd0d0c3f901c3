// test_inode_times.c: times of inodes as seconds and nanoseconds.
#include "debug/ktest.h"
#include "fs/inode.h"
#include "thread/timer.h"

#define SECOND ((int64_t)NS_PER_SECOND)

// Convert `seconds` and `ns` to one number, and back.
static void there_and_back(int64_t seconds, int64_t ns)
{
	struct timespec64 ts = ns_to_timespec(seconds * SECOND + ns);

	EXPECT(ts.tv_sec == seconds);
	EXPECT(ts.tv_nsec == ns);
}

KTEST(ns_to_timespec_is_exact)
{
	// Before 1970, around 2106, and around 2^62 ns another way is taken than in between.
	static const int64_t borders[] = {
		-SECOND, -1, 0, 1, 1700000000, INT32_MAX, (int64_t)1 << 32, 4611686018, 9000000000
	};

	for (size_t i = 0; i < sizeof(borders) / sizeof(*borders); i++)
		for (int64_t seconds = borders[i] - 3; seconds <= borders[i] + 3; seconds++) {
			there_and_back(seconds, 0);
			there_and_back(seconds, 1);
			there_and_back(seconds, SECOND / 2);
			there_and_back(seconds, SECOND - 1);
		}
	// Times all over the range: each is three times the one before it, and a little more.
	for (int64_t seconds = 1; seconds < 3000000000ll; seconds = seconds * 3 + seconds % 7)
		there_and_back(seconds, seconds * 7919 % SECOND);
}
