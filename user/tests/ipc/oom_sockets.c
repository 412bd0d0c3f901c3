// oom_sockets: to look at a thousand sockets, each with a message that has files, lets others run in between.
// stretch

#include "../proc/oom_held.h"
#include <sys/socket.h>

#define PAIRS 500
#define FILES 8

static int files[FILES];

static ssize_t send_files(int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(files))];
	} control = { { 0 } };
	struct iovec iov = { "x", 1 };
	struct msghdr message = { .msg_iov = &iov,
		                  .msg_iovlen = 1,
		                  .msg_control = &control,
		                  .msg_controllen = sizeof(control) };

	control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
		                           .cmsg_type = SCM_RIGHTS,
		                           .cmsg_len = CMSG_LEN(sizeof(files)) };
	memcpy(CMSG_DATA(&control.header), files, sizeof(files));
	return sendmsg(fd, &message, 0);
}

int main(void)
{
	int pair[2], sent = 0, score;

	for (int i = 0; i < FILES; i += 2)
		pipe(&files[i]);
	for (int i = 0; i < PAIRS; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
			continue;
		sent += send_files(pair[0]) == 1;
		sent += send_files(pair[1]) == 1;
	}
	say("messages: %d\n", sent);
	score = score_of(getpid());
	check("a score", score > 667);
	return 0;
}
