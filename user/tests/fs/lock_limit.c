// limit: 3
// A file has at most 4,096 locks (differences.md); all of them can be ended at once.

#include "test.h"

static int set(int fd, short type, int start, int len)
{
	struct flock lock = { .l_type = type, .l_start = start, .l_len = len };

	return fcntl(fd, F_SETLK, &lock);
}

int main(void)
{
	int fd, other, count = 0;

	make_file("/tmp/locks", "");
	fd = open("/tmp/locks", O_RDWR);
	while (count < 5000 && set(fd, F_WRLCK, 2 * count, 1) == 0)
		count++;
	say("%d locks, then %s\n", count, error_name(errno));
	show("unlock one of them", set(fd, F_UNLCK, 10, 1));
	show("unlock all", set(fd, F_UNLCK, 0, 0));
	show("lock", set(fd, F_WRLCK, 0, 0));
	for (count = 0; count < 5000 && set(fd, F_UNLCK, 2 * count, 1) == 0; count++)
		continue;
	say("%d holes, then %s\n", count, error_name(errno));
	other = open("/tmp/locks", O_RDWR);
	close(other);
	show("lock after a descriptor was closed", set(fd, F_WRLCK, 0, 0));
	return 0;
}
