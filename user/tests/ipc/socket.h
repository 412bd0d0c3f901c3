// What the tests of sockets share.
#pragma once

#include "test.h"

#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#define FAMILY_SIZE ((socklen_t)offsetof(struct sockaddr_un, sun_path))

static const int socket_types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
static const char *const type_names[] = { "stream", "datagram", "seqpacket" };

// Returns the address of a path, or of an abstract name if `text` begins with '@'; its length in
// *length.
static inline struct sockaddr_un address_of(const char *text, socklen_t *length)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path, text);
	*length = FAMILY_SIZE + (socklen_t)strlen(text) + 1;
	if (text[0] == '@') {
		address.sun_path[0] = '\0';
		--*length;
	}
	return address;
}

static inline int bind_to(int fd, const char *text)
{
	socklen_t length;
	struct sockaddr_un address = address_of(text, &length);

	return bind(fd, &address, length);
}

static inline int connect_to(int fd, const char *text)
{
	socklen_t length;
	struct sockaddr_un address = address_of(text, &length);

	return connect(fd, &address, length);
}

// Print an address and its length.
static inline void show_address(const char *what, const struct sockaddr_un *address,
                                socklen_t length)
{
	char text[sizeof(*address)] = "";

	if (length > FAMILY_SIZE)
		memcpy(text, address->sun_path, length - FAMILY_SIZE);
	if (length > FAMILY_SIZE && !text[0])
		text[0] = '@';
	say("%s: family %d, length %u, %s\n", what, length ? address->sun_family : -1, length, text);
}

// Print the events that hold for a descriptor.
static inline void show_events(const char *what, int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP };
	int n = poll(&poll_fd, 1, 0);

	say("%s: %d:%s%s%s%s%s\n", what, n, poll_fd.revents & POLLIN ? " in" : "",
	    poll_fd.revents & POLLOUT ? " out" : "", poll_fd.revents & POLLERR ? " err" : "",
	    poll_fd.revents & POLLHUP ? " hup" : "", poll_fd.revents & POLLRDHUP ? " rdhup" : "");
}

// Receive up to `size` bytes, and print them.
static inline void show_recv(const char *what, int fd, size_t size, int flags)
{
	char text[64] = "";
	ssize_t n = recv(fd, text, size, flags);

	if (n < 0)
		say("%s: %s\n", what, error_name(errno));
	else
		say("%s: %zd \"%s\"\n", what, n, text);
}
