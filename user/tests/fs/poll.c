// Waiting for several descriptors at once.

#include "test.h"
#include <poll.h>

static void try(const char *what, int fd, short events, int timeout)
{
	struct pollfd entry = { fd, events, 0x5555 };
	int n = poll(&entry, 1, timeout);

	if (n < 0)
		show(what, n);
	else
		say("%s: %d, events 0x%x\n", what, n, (unsigned short)entry.revents);
}

static void two_at_once(void)
{
	struct pollfd entries[3] = { { 0, POLLIN, 0 }, { 0, POLLIN, 0 }, { -1, POLLIN, 1 } };
	int one[2], two[2], status;
	char byte;

	pipe(one);
	pipe(two);
	entries[0].fd = one[0];
	entries[1].fd = two[0];
	if (fork() == 0) {
		sleep_ms(10);
		write(two[1], "x", 1);
		_exit(0);
	}
	show("waiting for either", poll(entries, 3, -1));
	say("events 0x%x 0x%x 0x%x\n", entries[0].revents, entries[1].revents, entries[2].revents);
	read(two[0], &byte, 1);
	wait(&status);
	show("then nothing for 10 ms", poll(entries, 3, 10));
}

int main(void)
{
	static char block[65536];
	int fds[2], file, null;

	pipe(fds);
	file = open("/tmp/file", O_RDWR | O_CREAT, 0600);
	null = open("/dev/null", O_RDWR);
	try("an empty pipe", fds[0], POLLIN, 0);
	try("its writing end", fds[1], POLLOUT, 0);
	try("nothing asked", fds[0], 0, 5);
	write(fds[1], "x", 1);
	try("a pipe with a byte", fds[0], POLLIN | POLLOUT, 0);
	try("without a time-out", fds[0], POLLIN, -1);
	write(fds[1], block, 65535 - 4096);
	try("a pipe with little room", fds[1], POLLOUT, 0);
	close(fds[1]);
	try("bytes and no writer", fds[0], POLLIN, 0);
	while (read(fds[0], block, sizeof(block)) > 0)
		;
	try("no bytes and no writer", fds[0], POLLIN, -1);
	close(fds[0]);
	pipe(fds);
	close(fds[0]);
	try("no reader", fds[1], POLLOUT, 0);
	try("no reader, nothing asked", fds[1], 0, -1);
	try("a file", file, POLLIN | POLLOUT | POLLPRI, -1);
	try("a device", null, POLLIN | POLLOUT, -1);
	try("a closed descriptor", 99, POLLIN, -1);
	try("a negative one", -5, POLLIN, 0);
	show("none at all", poll(NULL, 0, 5));
	show("too many", syscall(SYS_poll, NULL, 100000000, 0));
	two_at_once();
	return 0;
}
