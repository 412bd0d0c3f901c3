// fill_socket.c: what the calls on sockets take: addresses, and messages with descriptors and credentials.

#include "fuzz.h"

#include <string.h>
#include <sys/socket.h>

// An address: abstract or in the round's directory, one of few, so that sockets meet.
static void fill_address(struct sockaddr_un *at, uint32_t *state)
{
	memset(at, 0, sizeof(*at));
	at->sun_family = one_in(state, 12) ? (sa_family_t)below(state, 50) : AF_UNIX;
	memcpy(at->sun_path, "0sock", 5);
	at->sun_path[0] = one_in(state, 3) ? 's' : '\0';
	at->sun_path[5] = (char)('a' + below(state, 4));
}

// The length of an address: mostly that of those above.
static uint32_t address_length(uint32_t *state)
{
	static const uint16_t lengths[] = { 0, 1, 2, 3, 110, 111, 128, 129 };

	return one_in(state, 3) ? lengths[below(state, sizeof(lengths) / sizeof(*lengths))] : 8;
}

// One header, or two; sometimes with a wrong length.
static uint32_t fill_control(char *control, uint32_t *state)
{
	struct cmsghdr *header = (struct cmsghdr *)control;
	int *data = (int *)(header + 1);
	uint32_t count = 1 + below(state, 4);

	header->cmsg_level = one_in(state, 12) ? (int)below(state, 9) : SOL_SOCKET;
	header->cmsg_type = one_in(state, 4) ? (int)below(state, 5) : SCM_RIGHTS;
	if (header->cmsg_type == SCM_CREDENTIALS)
		count = 3;
	header->cmsg_len = CMSG_LEN(count * sizeof(int));
	for (uint32_t i = 0; i < count; i++)
		data[i] = header->cmsg_type == SCM_RIGHTS ? (int)any_descriptor(state) :
		                                            (int)below(state, 8);
	if (one_in(state, 12))
		header->cmsg_len = random_word(state) & 0x3f;
	return one_in(state, 8) ? below(state, 64) : CMSG_SPACE(count * sizeof(int));
}

// Two struct mmsghdr, an address, headers, and two ranges, in this order; see SOCKET_MESSAGE_SIZE.
static void fill_messages(char *at, uint32_t *state)
{
	struct mmsghdr *messages = (struct mmsghdr *)at;
	char *address = at + 2 * sizeof(*messages), *control = address + 112;
	struct iovec *ranges = (struct iovec *)(control + 64);

	memset(at, 0, SOCKET_MESSAGE_SIZE);
	fill_address((struct sockaddr_un *)address, state);
	for (int i = 0; i < 2; i++) {
		struct msghdr *message = &messages[i].msg_hdr;

		ranges[i].iov_base = (void *)(uintptr_t)data_address(state);
		ranges[i].iov_len = one_in(state, 8) ? any_size(state) : below(state, 600);
		message->msg_iov = ranges;
		message->msg_iovlen = one_in(state, 16) ? any_size(state) : below(state, 3);
		if (one_in(state, 2)) {
			message->msg_name = address;
			message->msg_namelen = address_length(state);
		}
		if (!one_in(state, 3)) {
			message->msg_control = one_in(state, 12) ?
			                               (void *)(uintptr_t)wild_address(state) :
			                               control;
			message->msg_controllen = fill_control(control, state);
		}
	}
}

uint32_t socket_value(char kind, uint32_t *state)
{
	if (kind == '+')
		return address_length(state);
	if (kind == '|')
		return one_in(state, 12) ? below(state, 50) : 1; // AF_UNIX, or SOL_SOCKET
	if (one_in(state, 4))
		return random_word(state) & random_word(state);
	return below(state, 8) | (one_in(state, 2) ? 0x840 : 0); // SOCK_NONBLOCK, MSG_DONTWAIT
}

void fill_socket(char kind, char *at, uint32_t *state)
{
	if (kind == '*')
		fill_address((struct sockaddr_un *)at, state);
	else
		fill_messages(at, state);
}
