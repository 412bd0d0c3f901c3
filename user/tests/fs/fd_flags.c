// fcntl: copies of descriptors, and flags of descriptors and of open files.

#include "test.h"

int main(void)
{
	int fd, copy, fds[2];

	make_file("/tmp/file", "0123");
	fd = open("/tmp/file", O_RDWR);
	show("F_DUPFD from 10", copy = fcntl(fd, F_DUPFD, 10));
	show("and again", fcntl(fd, F_DUPFD, 10));
	show("F_DUPFD_CLOEXEC", fcntl(fd, F_DUPFD_CLOEXEC, 10));
	show("its flags", fcntl(12, F_GETFD));
	show("those of the others", fcntl(copy, F_GETFD));
	show("F_SETFD", fcntl(copy, F_SETFD, FD_CLOEXEC));
	show("now", fcntl(copy, F_GETFD));
	show("of the first one still", fcntl(fd, F_GETFD));
	show("from -1", fcntl(fd, F_DUPFD, -1));
	show("from a million", fcntl(fd, F_DUPFD, 1000000));
	show("of a closed one", fcntl(99, F_DUPFD, 0));
	show("an unknown command", fcntl(fd, 9999, 0));

	say("flags 0%o\n", (unsigned int)fcntl(fd, F_GETFL));
	show("F_SETFL", fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK | O_TRUNC | O_WRONLY));
	say("flags 0%o\n", (unsigned int)fcntl(fd, F_GETFL));
	say("the copy has them too: 0%o\n", (unsigned int)fcntl(copy, F_GETFL));
	write(fd, "4", 1);
	show_file("/tmp/file");
	say("opened with flags: 0%o\n",
	    (unsigned int)fcntl(open("/tmp/file", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC),
	                        F_GETFL));

	show("pipe2", pipe2(fds, O_NONBLOCK | O_CLOEXEC));
	say("its ends: 0%o 0%o, %d %d\n", (unsigned int)fcntl(fds[0], F_GETFL),
	    (unsigned int)fcntl(fds[1], F_GETFL), fcntl(fds[0], F_GETFD), fcntl(fds[1], F_GETFD));
	show("pipe2 with wrong flags", pipe2(fds, O_APPEND));
	show("dup3", dup3(fd, 30, O_CLOEXEC));
	show("its flags", fcntl(30, F_GETFD));
	show("dup3 onto itself", dup3(30, 30, 0));
	show("dup3 with wrong flags", dup3(fd, 31, O_APPEND));
	return 0;
}
