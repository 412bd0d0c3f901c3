// helper
// args: idle|busy. Prints "ready", waits for a line, asleep or not, and prints how many microseconds have
// passed on CLOCK_MONOTONIC.

#include "test.h"

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	bool busy = argc > 1 && strcmp(argv[1], "busy") == 0;
	int64_t start = now_us();
	char byte;

	if (busy)
		fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	say("ready\n");
	while (read(STDIN_FILENO, &byte, 1) < 0)
		for (volatile int i = 0; i < 100000; i++)
			;
	say("%lld\n", (long long)(now_us() - start));
	return 0;
}
