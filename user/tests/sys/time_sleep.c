// Sleeping: at least as long as asked, and what cannot be asked.

#include "test.h"

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void try(const char *what, time_t seconds, long nanoseconds)
{
	struct timespec wanted = { seconds, nanoseconds };

	show(what, nanosleep(&wanted, NULL));
}

int main(void)
{
	struct timespec left = { 77, 77 }, wanted = { 0, 30000000 };
	long long start = now_ns(), slept;

	show("30 ms", nanosleep(&wanted, &left));
	slept = now_ns() - start;
	check("at least 30 ms passed", slept >= 30000000);
	check("not much more", slept < 300000000);
	say("what is left is not stored: %ld %ld\n", (long)left.tv_sec, left.tv_nsec);
	try("nothing", 0, 0);
	try("one nanosecond", 0, 1);
	try("negative seconds", -1, 0);
	try("negative nanoseconds", 0, -1);
	try("a billion nanoseconds", 0, 1000000000);
	try("999999999 nanoseconds and a negative second", -1, 999999999);
	return 0;
}
