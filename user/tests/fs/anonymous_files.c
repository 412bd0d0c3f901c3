// Files of which a descriptor is all that there is: what stat and the links in /proc/self/fd say of
// them.

#include "test.h"

static void describe(const char *what, int fd)
{
	char path[32], target[64] = "";
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || fstat(fd, &st) || readlink(path, target, sizeof(target) - 1) < 0) {
		show(what, -1);
		return;
	}
	say("%s: %s, mode 0%o, %u names, size %lld\n", what, target, (unsigned int)st.st_mode,
	    (unsigned int)st.st_nlink, (long long)st.st_size);
	show("seek", lseek(fd, 100, SEEK_SET));
}

int main(void)
{
	describe("eventfd", (int)syscall(SYS_eventfd2, 0, 0));
	describe("epoll", (int)syscall(SYS_epoll_create1, 0));
	describe("timerfd", (int)syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0));
	describe("userfaultfd", (int)syscall(SYS_userfaultfd, 0));
	return 0;
}
