// sendfile and copy_file_range: from one descriptor to another within the kernel.

#include "test.h"

#define SIZE 100000

static bool same_contents(const char *one, const char *two)
{
	int a = open(one, O_RDONLY), b = open(two, O_RDONLY);
	char x[1000], y[1000];
	ssize_t n, m;

	do {
		n = read(a, x, sizeof(x));
		m = read(b, y, sizeof(y));
	} while (n > 0 && n == m && memcmp(x, y, n) == 0);
	return n == 0 && m == 0;
}

int main(void)
{
	static char data[SIZE];
	int from, to, fds[2];
	long long offset = 10;
	size_t i;

	for (i = 0; i < SIZE; i++)
		data[i] = (char)(i * 31 >> 3);
	from = open("/tmp/from", O_RDWR | O_CREAT, 0600);
	to = open("/tmp/to", O_RDWR | O_CREAT, 0600);
	write(from, data, SIZE);
	lseek(from, 0, SEEK_SET);
	show("sendfile", syscall(SYS_sendfile64, to, from, NULL, 1000000));
	check("the copy is right", same_contents("/tmp/from", "/tmp/to"));
	show("at the end", syscall(SYS_sendfile64, to, from, NULL, 10));
	show("from an offset", syscall(SYS_sendfile64, to, from, &offset, 5));
	say("  which moved to %lld, the position is %lld\n", offset,
	    (long long)lseek(from, 0, SEEK_CUR));
	pipe(fds);
	offset = 0;
	show("into a pipe", syscall(SYS_sendfile64, fds[1], from, &offset, 100));
	show("from a pipe", syscall(SYS_sendfile64, to, fds[0], NULL, 100));
	show("from a closed descriptor", syscall(SYS_sendfile64, to, 99, NULL, 100));

	close(to);
	to = open("/tmp/third", O_RDWR | O_CREAT, 0600);
	lseek(from, 0, SEEK_SET);
	show("copy_file_range", syscall(SYS_copy_file_range, from, NULL, to, NULL, 1000000, 0));
	check("the copy is right", same_contents("/tmp/from", "/tmp/third"));
	show("with flags", syscall(SYS_copy_file_range, from, NULL, to, NULL, 10, 1));
	show("of a pipe", syscall(SYS_copy_file_range, fds[0], NULL, to, NULL, 10, 0));
	return 0;
}
