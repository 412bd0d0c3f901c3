// Descriptors and credentials in messages: what arrives, where there is no room, what is refused.

#include "socket.h"

static int pair[2];

struct sent {
	char control[1200];
	struct iovec iov;
	struct msghdr message;
};

// Put a header into the control data.
static void *add_header(struct sent *sent, int level, int type, size_t size)
{
	struct cmsghdr *header = (void *)(sent->control + sent->message.msg_controllen);

	header->cmsg_len = CMSG_LEN(size);
	header->cmsg_level = level;
	header->cmsg_type = type;
	sent->message.msg_control = sent->control;
	sent->message.msg_controllen += CMSG_SPACE(size);
	return CMSG_DATA(header);
}

static void begin(struct sent *sent, const char *text)
{
	memset(sent, 0, sizeof(*sent));
	sent->iov = (struct iovec){ (char *)text, strlen(text) };
	sent->message.msg_iov = &sent->iov;
	sent->message.msg_iovlen = 1;
}

static ssize_t send_fds(int socket, const char *text, const int *fds, int count)
{
	static struct sent sent;

	begin(&sent, text);
	memcpy(add_header(&sent, SOL_SOCKET, SCM_RIGHTS, (size_t)count * sizeof(int)), fds,
	       (size_t)count * sizeof(int));
	return sendmsg(socket, &sent.message, MSG_DONTWAIT);
}

// Receive a message with `room` bytes for headers, print it, and close the descriptors.
static void receive(const char *what, int socket, size_t size, size_t room, int flags)
{
	char text[64] = "", control[1200];
	struct iovec iov = { text, size };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room
	};
	ssize_t n = recvmsg(socket, &message, flags | MSG_DONTWAIT);

	if (n < 0) {
		say("%s: %s\n", what, error_name(errno));
		return;
	}
	say("%s: %zd \"%s\", flags %#x, control %zu\n", what, n, text, message.msg_flags,
	    message.msg_controllen);
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header;
	     header = CMSG_NXTHDR(&message, header)) {
		const int *data = (void *)CMSG_DATA(header);

		say("  level %d, type %d, length %zu", header->cmsg_level, header->cmsg_type,
		    header->cmsg_len);
		if (header->cmsg_type == SCM_CREDENTIALS)
			say(": %s pid, uid %d, gid %d",
			    data[0] == getpid() ? "own" :
			    data[0]             ? "other" :
			                          "no",
			    data[1], data[2]);
		for (size_t i = 0; header->cmsg_type == SCM_RIGHTS &&
		                   i < (header->cmsg_len - sizeof(*header)) / sizeof(int);
		     i++) {
			if (i == 0)
				say(": cloexec %d", fcntl(data[i], F_GETFD, 0));
			close(data[i]);
		}
		say("\n");
	}
}

static void descriptors(int type)
{
	int ends[2], fds[300], two[2];
	char byte = 0;

	socketpair(AF_UNIX, type, 0, pair);
	pipe(ends);
	show("send a pipe's end", send_fds(pair[0], "pipe", &ends[1], 1));
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	show("it is still open", read(ends[0], &byte, 1));
	receive("peek", pair[1], 20, 64, MSG_PEEK);
	receive("receive", pair[1], 20, 64, 0);
	show("now it is closed", read(ends[0], &byte, 1));
	two[0] = two[1] = ends[0];
	send_fds(pair[0], "two", two, 2);
	receive("room for one", pair[1], 20, 16, 0);
	send_fds(pair[0], "two", two, 2);
	receive("room for none", pair[1], 20, 12, 0);
	send_fds(pair[0], "two", two, 2);
	receive("no control data", pair[1], 20, 0, MSG_CMSG_CLOEXEC);
	send_fds(pair[0], "two", two, 2);
	receive("MSG_CMSG_CLOEXEC", pair[1], 20, 100, MSG_CMSG_CLOEXEC);
	send_fds(pair[0], "read", two, 2);
	show_recv("recv loses them", pair[1], 20, 0);
	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = ends[0];
	show("253", send_fds(pair[0], "many", fds, 253));
	receive("receive", pair[1], 20, 1200, 0);
	show("254", send_fds(pair[0], "many", fds, 254));
	fds[1] = 99;
	show("one is not open", send_fds(pair[0], "bad", fds, 2));
	show("none", send_fds(pair[0], "none", fds, 0));
	receive("receive", pair[1], 20, 64, 0);
	write(pair[0], "before", 6);
	send_fds(pair[0], "with", ends, 1);
	write(pair[0], "after", 5);
	receive("first", pair[1], 60, 64, 0);
	receive("second", pair[1], 60, 64, 0);
	receive("third", pair[1], 60, 64, 0);
	send_fds(pair[0], "parts", ends, 1);
	receive("two bytes", pair[1], 2, 64, 0);
	receive("the rest", pair[1], 60, 64, 0);
	send_fds(pair[0], "", ends, 1);
	receive("no bytes", pair[1], 60, 64, 0);
	close(pair[0]);
	close(pair[1]);
	close(ends[0]);
}

static void headers(void)
{
	static struct sent sent;
	struct cmsghdr *header;

	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	begin(&sent, "x");
	add_header(&sent, SOL_SOCKET, 99, 4);
	show("unknown type", sendmsg(pair[0], &sent.message, 0));
	begin(&sent, "x");
	add_header(&sent, 99, 1, 4);
	show("unknown level", sendmsg(pair[0], &sent.message, 0));
	begin(&sent, "x");
	header = (void *)((char *)add_header(&sent, SOL_SOCKET, SCM_RIGHTS, 4) - sizeof(*header));
	header->cmsg_len = 11;
	show("length 11", sendmsg(pair[0], &sent.message, 0));
	header->cmsg_len = 100;
	show("length beyond the end", sendmsg(pair[0], &sent.message, 0));
	sent.message.msg_controllen = 11;
	show("11 bytes of control data", sendmsg(pair[0], &sent.message, 0));
	sent.message.msg_control = NULL;
	show("NULL", sendmsg(pair[0], &sent.message, 0));
	sent.message.msg_control = (void *)1;
	sent.message.msg_controllen = 20;
	show("bad address", sendmsg(pair[0], &sent.message, 0));
	begin(&sent, "x");
	sent.message.msg_iovlen = 1025;
	show("1025 ranges", sendmsg(pair[0], &sent.message, 0));
	sent.message.msg_iovlen = 1;
	sent.message.msg_namelen = (socklen_t)-1;
	show("length of address -1, no address", sendmsg(pair[0], &sent.message, 0));
	sent.message.msg_name = &sent;
	show("length of address -1", sendmsg(pair[0], &sent.message, 0));
	show("bad message", sendmsg(pair[0], (void *)1, 0));
	show("bad message to receive", recvmsg(pair[1], (void *)1, MSG_DONTWAIT));
	close(pair[0]);
	close(pair[1]);
}

static void send_creds(const char *what, pid_t pid, uid_t uid, gid_t gid)
{
	static struct sent sent;
	struct ucred creds = { pid, uid, gid };

	begin(&sent, "creds");
	memcpy(add_header(&sent, SOL_SOCKET, SCM_CREDENTIALS, sizeof(creds)), &creds, sizeof(creds));
	show(what, sendmsg(pair[0], &sent.message, MSG_DONTWAIT));
}

static void credentials(int type)
{
	struct ucred creds;
	socklen_t length = sizeof(creds);
	int on = 1;

	socketpair(AF_UNIX, type, 0, pair);
	write(pair[0], "early", 5);
	setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	receive("sent before SO_PASSCRED", pair[1], 20, 64, 0);
	write(pair[0], "now", 3);
	receive("sent after", pair[1], 20, 64, 0);
	write(pair[0], "short", 5);
	receive("no room", pair[1], 20, 20, 0);
	write(pair[0], "short", 5);
	receive("no header", pair[1], 20, 4, 0);
	send_creds("own", getpid(), 0, 0);
	receive("receive", pair[1], 20, 64, 0);
	send_creds("another's, as root", getppid(), 5, 6);
	receive("receive", pair[1], 20, 64, 0);
	send_creds("no such process", 4000000, 0, 0);
	send_creds("no user", getpid(), (uid_t)-1, 0);
	if (fork() == 0) {
		syscall(SYS_setresuid32, 5, 5, 5);
		write(pair[0], "child", 5);
		send_creds("root's", getpid(), 0, 0);
		send_creds("parent's", getppid(), 5, 0);
		_exit(0);
	}
	wait(NULL);
	write(pair[0], "parent", 6);
	receive("from a child", pair[1], 40, 64, 0);
	receive("from the parent", pair[1], 40, 64, 0);
	getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &creds, &length);
	check("SO_PEERCRED",
	      creds.pid == getpid() && creds.uid == 0 && creds.gid == 0 && length == 12);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	for (size_t i = 0; i < COUNT(socket_types); i++) {
		say("-- %s\n", type_names[i]);
		descriptors(socket_types[i]);
		credentials(socket_types[i]);
	}
	headers();
	return 0;
}
