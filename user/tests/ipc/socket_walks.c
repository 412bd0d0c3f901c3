// Messages that cost more than their bytes: long rows of headers, sent a thousand times in one call, and
// datagrams whose end each time wakes two thousand polls that do not want it. Others run in between.
// stretch
// limit: 20

#include "../epoll.h"
#include <poll.h>
#include <sys/socket.h>

#define MESSAGES 1024
#define CONTROL 61440u // a multiple of a header with credentials
#define SETS 1000
#define DATAGRAMS 3000

static char rows[CONTROL];
static struct mmsghdr messages[MESSAGES];

static void headers(void)
{
	struct ucred own = { getpid(), getuid(), getgid() };
	int ends[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	for (size_t at = 0; at + CMSG_SPACE(sizeof(own)) <= CONTROL; at += CMSG_SPACE(sizeof(own))) {
		struct cmsghdr *header = (struct cmsghdr *)(rows + at);

		header->cmsg_len = CMSG_LEN(sizeof(own));
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_CREDENTIALS;
		memcpy(CMSG_DATA(header), &own, sizeof(own));
	}
	for (int i = 0; i < MESSAGES; i++) {
		messages[i].msg_hdr.msg_control = rows;
		messages[i].msg_hdr.msg_controllen = CONTROL;
	}
	say("sent: %d\n", (int)syscall(SYS_sendmmsg, ends[0], messages, 20, 0));
	close(ends[0]);
	close(ends[1]);
}

static void watched(void)
{
	int ends[2], sent = 0, size = 4 << 20;

	socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	for (int i = 0; i < SETS; i++)
		control(create(), EPOLL_CTL_ADD, ends[0], POLLIN, 0);
	while (sent < DATAGRAMS && send(ends[0], "x", 1, MSG_DONTWAIT) == 1)
		sent++;
	check("some were sent", sent > 0);
	close(ends[1]);
}

int main(void)
{
	headers();
	watched();
	return 0;
}
