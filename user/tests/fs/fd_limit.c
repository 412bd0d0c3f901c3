// The number of descriptors is limited.

#include "test.h"
#include <sys/resource.h>

int main(void)
{
	struct rlimit limit;
	int fds[2], fd;

	getrlimit(RLIMIT_NOFILE, &limit);
	check("at least 64", limit.rlim_cur >= 64);
	limit.rlim_cur = 12;
	show("setting it to 12", setrlimit(RLIMIT_NOFILE, &limit));
	while ((fd = open("/dev/null", O_RDWR)) >= 0)
		;
	show("open", fd);
	show("dup", dup(0));
	show("dup2 to 12", dup2(0, 12));
	show("dup2 to 11", dup2(0, 11));
	show("fcntl", fcntl(0, F_DUPFD, 5));
	show("fcntl beyond", fcntl(0, F_DUPFD, 12));
	close(7);
	show("pipe with room for one", pipe(fds));
	show("open where one is free", open("/dev/null", O_RDONLY));
	show("the highest one works", write(11, "", 0));
	return 0;
}
