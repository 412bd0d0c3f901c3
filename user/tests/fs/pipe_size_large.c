// F_SETPIPE_SZ with privileges: pipes of many MiB. The bound is Quire's; one call that moves all the
// bytes, or frees them, lets others run meanwhile.
// stretch

#include "test.h"

#define MIB (1 << 20)

static char buffer[8 * MIB];

int main(void)
{
	int ends[2];
	size_t i, wrong = 0;

	pipe2(ends, O_NONBLOCK);
	show("set 128 MiB", fcntl(ends[1], F_SETPIPE_SZ, 128 * MIB));
	show("set 64 MiB", fcntl(ends[1], F_SETPIPE_SZ, 64 * MIB));
	for (i = 0; i < sizeof(buffer); i += 4096)
		memcpy(buffer + i, &i, sizeof(i));
	show("write", write(ends[1], buffer, sizeof(buffer)));
	show("set 4 MiB", fcntl(ends[1], F_SETPIPE_SZ, 4 * MIB));
	show("set 8 MiB", fcntl(ends[1], F_SETPIPE_SZ, 8 * MIB));
	memset(buffer, 0, sizeof(buffer));
	show("read", read(ends[0], buffer, sizeof(buffer)));
	for (i = 0; i < sizeof(buffer); i += 4096)
		wrong += memcmp(buffer + i, &i, sizeof(i)) != 0;
	show("wrong pages", (long)wrong);
	show("write again", write(ends[1], buffer, sizeof(buffer)));
	close(ends[0]);
	show("close", close(ends[1]));
	return 0;
}
