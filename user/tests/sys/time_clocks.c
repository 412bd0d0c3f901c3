// Clocks: which there are, and that they go forwards.

#include "test.h"

static void try(const char *what, clockid_t clock)
{
	struct timespec now = { -1, -1 };
	int result = clock_gettime(clock, &now);

	show(what, result);
	if (result == 0)
		check("  seconds and nanoseconds",
		      now.tv_sec >= 0 && now.tv_nsec >= 0 && now.tv_nsec < 1000000000);
}

static bool goes_forwards(clockid_t clock)
{
	struct timespec before, after;
	int i;

	clock_gettime(clock, &before);
	for (i = 0; i < 1000; i++) {
		clock_gettime(clock, &after);
		if (after.tv_sec < before.tv_sec ||
		    (after.tv_sec == before.tv_sec && after.tv_nsec < before.tv_nsec))
			return false;
		before = after;
	}
	return true;
}

int main(void)
{
	struct timespec before, after;

	try("CLOCK_REALTIME", CLOCK_REALTIME);
	try("CLOCK_MONOTONIC", CLOCK_MONOTONIC);
	try("clock 77", 77);
	check("the monotonic clock never goes back", goes_forwards(CLOCK_MONOTONIC));
	check("the other neither", goes_forwards(CLOCK_REALTIME));
	clock_gettime(CLOCK_REALTIME, &before);
	check("the year is later than 2000", before.tv_sec > 946684800);
	clock_gettime(CLOCK_MONOTONIC, &before);
	do {
		clock_gettime(CLOCK_MONOTONIC, &after);
	} while (after.tv_sec == before.tv_sec && after.tv_nsec < before.tv_nsec + 1000000);
	say("time passes while a program computes\n");
	return 0;
}
