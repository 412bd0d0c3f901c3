// A sleep lasts as long as it was asked to, where time is counted in instructions: no tick is waited
// for, and nothing is lost between the timer's end and the program.

#include "test.h"

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

// Sleep `times` times for `microseconds`, and say how long one lasted, to a tenth of a millisecond.
static void measure(long microseconds, int times)
{
	struct timespec wanted = { 0, microseconds * 1000 };
	long long start = now_ns(), shortest = 1LL << 60, longest = 0;

	for (int i = 0; i < times; i++) {
		long long before = now_ns(), lasted;

		nanosleep(&wanted, NULL);
		lasted = now_ns() - before;
		shortest = lasted < shortest ? lasted : shortest;
		longest = lasted > longest ? lasted : longest;
	}
	say("%ld us: on average %ld tenths of a ms; none shorter: %s, none 0.1 ms longer: %s\n",
	    microseconds, (long)((now_ns() - start) / times / 100000),
	    shortest >= microseconds * 1000 ? "yes" : "no",
	    longest < microseconds * 1000 + 100000 ? "yes" : "no");
}

int main(void)
{
	measure(1000, 100);
	measure(100, 100);
	measure(1700, 30);
	measure(54000, 4);
	measure(60000, 4);
	measure(250000, 2);
	return 0;
}
