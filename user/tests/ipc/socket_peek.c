// stretch
// A peek looks at thousands of messages, into ranges whose pages are not present: the place in the queue is
// looked up anew after each.

#include "socket.h"
#include <sys/mman.h>
#include <sys/uio.h>

#define PAGE 4096u
#define RANGES 1000
#define MESSAGES 9000

int main(void)
{
	static char first[MESSAGES];
	static struct iovec ranges[RANGES];
	struct msghdr message = { .msg_iov = ranges, .msg_iovlen = RANGES };
	int pair[2], size = 4 << 20, count = 0, wrong = 0;
	char *memory = mmap(NULL, RANGES * PAGE, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ssize_t n;
	char byte = 0;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	show("SO_SNDBUF", setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
	while (count < MESSAGES && send(pair[0], &byte, 1, MSG_DONTWAIT) == 1) {
		byte++;
		count++;
	}
	say("%d messages\n", count);
	ranges[0] = (struct iovec){ first, MESSAGES - RANGES + 1 };
	for (size_t i = 1; i < RANGES; i++)
		ranges[i] = (struct iovec){ memory + i * PAGE, 1 };
	n = recvmsg(pair[1], &message, MSG_PEEK);
	show("peek", n);
	for (size_t i = 0; i < ranges[0].iov_len; i++)
		wrong += first[i] != (char)i;
	for (size_t i = 1; i < RANGES; i++)
		wrong += memory[i * PAGE] != (char)(ranges[0].iov_len + i - 1);
	say("%d wrong\n", wrong);
	show("receive", recv(pair[1], first, sizeof(first), 0));
	return 0;
}
