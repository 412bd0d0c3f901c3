// Sockets: of the one family AF_UNIX (sys/un.h).
#pragma once

#include <abi/socket.h>
#include <abi/types.h>

struct sockaddr {
	sa_family_t sa_family;
	char sa_data[14];
};

int socket(int family, int type, int protocol);
int socketpair(int family, int type, int protocol, int fds[2]);
int bind(int fd, const void *address, socklen_t length);
int connect(int fd, const void *address, socklen_t length);
int listen(int fd, int backlog);
int accept(int fd, void *address, socklen_t *length);
int accept4(int fd, void *address, socklen_t *length, int flags);
int getsockname(int fd, void *address, socklen_t *length);
int getpeername(int fd, void *address, socklen_t *length);
int shutdown(int fd, int how);
int getsockopt(int fd, int level, int option, void *value, socklen_t *length);
int setsockopt(int fd, int level, int option, const void *value, socklen_t length);
ssize_t send(int fd, const void *data, size_t length, int flags);
ssize_t sendto(int fd, const void *data, size_t length, int flags, const void *address,
               socklen_t address_length);
ssize_t sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t recv(int fd, void *data, size_t length, int flags);
ssize_t recvfrom(int fd, void *data, size_t length, int flags, void *address,
                 socklen_t *address_length);
ssize_t recvmsg(int fd, struct msghdr *message, int flags);

// The headers in a message's control data (cmsg(3)).
#define CMSG_DATA(header) ((unsigned char *)((header) + 1))
#define CMSG_FIRSTHDR(message)                                 \
	((message)->msg_controllen >= sizeof(struct cmsghdr) ? \
	         (struct cmsghdr *)(message)->msg_control :    \
	         (struct cmsghdr *)0)
#define CMSG_NXTHDR(message, header)                                                       \
	((char *)(message)->msg_control + (message)->msg_controllen - (char *)(header) <   \
	                 (long)(CMSG_ALIGN((header)->cmsg_len) + sizeof(struct cmsghdr)) ? \
	         (struct cmsghdr *)0 :                                                     \
	         (struct cmsghdr *)((char *)(header) + CMSG_ALIGN((header)->cmsg_len)))
