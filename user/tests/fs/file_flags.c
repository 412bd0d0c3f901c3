// O_DIRECT and O_ASYNC: where they can be set, and whether they stay.

#include "test.h"

static void change(const char *what, int fd, int flags)
{
	int before = fcntl(fd, F_GETFL);

	show(what, fcntl(fd, F_SETFL, before | flags));
	say("  then: %s%s\n", fcntl(fd, F_GETFL) & O_DIRECT ? "direct" : "",
	    fcntl(fd, F_GETFL) & O_ASYNC ? "async" : "");
	fcntl(fd, F_SETFL, before);
}

int main(void)
{
	int file = open("/tmp/x", O_RDWR | O_CREAT, 0600), null = open("/dev/null", O_RDWR);

	check("a file", open("/tmp/x", O_RDWR | O_DIRECT) >= 0);
	show("a device", open("/dev/null", O_RDWR | O_DIRECT));
	show("a directory", open("/tmp", O_RDONLY | O_DIRECT));
	show("a file of /proc", open("/proc/self/stat", O_RDONLY | O_DIRECT));
	check("any, with O_PATH", open("/dev/null", O_PATH | O_DIRECT) >= 0);
	change("direct, a file", file, O_DIRECT);
	change("direct, a device", null, O_DIRECT);
	change("async, a file", file, O_ASYNC);
	change("async, a device", null, O_ASYNC);
	return 0;
}
