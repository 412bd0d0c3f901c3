// Sending descriptors, and receiving them.
#pragma once

#include "socket.h"

#define FDS_MAX 253

// Send `size` bytes and the descriptors fds[count].
static inline ssize_t send_with(int socket, const void *bytes, size_t size, const int *fds,
                                size_t count)
{
	static char control[CMSG_SPACE(FDS_MAX * sizeof(int))];
	struct cmsghdr *header = (void *)control;
	struct iovec iov = { (void *)bytes, size };
	struct msghdr message = { .msg_iov = &iov,
		                  .msg_iovlen = 1,
		                  .msg_control = control,
		                  .msg_controllen = CMSG_SPACE(count * sizeof(int)) };

	*header = (struct cmsghdr){ CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	return sendmsg(socket, &message, MSG_DONTWAIT);
}

static inline ssize_t send_fd(int socket, int fd)
{
	return send_with(socket, "x", 1, &fd, 1);
}
