// sendfile() from a device, which has no positions: a pipe that takes nothing leaves the device as it was.

#define _GNU_SOURCE
#include "test.h"

#include <fcntl.h>
#include <sys/syscall.h>

static char bytes[4096];

static void send(const char *what, int out, int in, int64_t *offset, size_t n)
{
	show(what, syscall(SYS_sendfile64, out, in, offset, n));
	if (offset)
		say("  the offset: %lld\n", (long long)*offset);
}

int main(void)
{
	int in = open("/dev/zero", O_RDONLY), ends[2];
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_CUR, .l_start = 5 };
	int64_t offset = 0;

	show("pipe2", pipe2(ends, O_NONBLOCK));
	while (write(ends[1], bytes, sizeof(bytes)) > 0)
		;
	send("to a full pipe", ends[1], in, NULL, 4096);
	send("with an offset", ends[1], in, &offset, 4096);
	show("a lock from the position on", fcntl(in, F_SETLK, &lock));
	show("read", read(ends[0], bytes, sizeof(bytes)));
	send("to a pipe with a page of room", ends[1], in, NULL, 4096);
	while (read(ends[0], bytes, sizeof(bytes)) > 0)
		;
	send("to an empty pipe", ends[1], in, NULL, 100);
	return 0;
}
