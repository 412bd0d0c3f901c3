// mem: 32
// limit: 10
// Sockets that only messages refer to, in circles, hold much memory, and no socket closes, so that nobody
// looks for them. When memory is short they are found: no process is killed, and no call fails.

#include "../ipc/fds.h"
#include "oom.h"

#define SIZE (1u << 20)

static char bytes[SIZE];

// Make a pair with a message of 1 MiB, and leave it in its own queue. Returns false if a call fails.
static bool make_circle(void)
{
	int pair[2], size = 4 * (int)SIZE;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return false;
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (send(pair[0], bytes, SIZE, MSG_DONTWAIT) != (ssize_t)SIZE)
		return false;
	if (send_with(pair[0], "x", 1, pair, 2) != 1)
		return false;
	close(pair[0]);
	close(pair[1]);
	return true;
}

static void fill_memory(void)
{
	for (int i = 0; i < 20; i++)
		if (!make_circle())
			say("circle %d: %s\n", i, error_name(errno));
}

// A fault finds no memory.
static void touch(void)
{
	char *memory = map_pages(20 * MIB, MAP_PRIVATE);

	fill_memory();
	touch_pages(memory, 20 * MIB);
	check("memory is intact", pages_intact(memory, 20 * MIB));
}

// A send finds none, at first or with the half of its bytes copied.
static void send_more(void)
{
	int pair[2], size = 8 * (int)SIZE;
	char *memory = map_pages(2 * MIB, MAP_PRIVATE);

	touch_pages(memory, 2 * MIB);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	fill_memory();
	for (int i = 0; i < 4; i++)
		show("send", send(pair[0], memory, 2 * MIB * PAGE, MSG_DONTWAIT));
	for (int i = 0; i < 4; i++) {
		memset(memory, 0, 2 * MIB * PAGE);
		recv(pair[1], memory, 2 * MIB * PAGE, MSG_DONTWAIT);
		if (!pages_intact(memory, 2 * MIB))
			say("message %d: wrong bytes\n", i);
	}
}

// More circles than there is memory for.
static void make_more(void)
{
	int count = 0;

	while (count < 200 && make_circle())
		count++;
	say("%d circles\n", count);
}

static void one(const char *what, void (*function)(void))
{
	unsigned long before = free_memory();
	pid_t pid = fork_or_end();

	if (pid == 0) {
		function();
		_exit(0);
	}
	say_end(what, pid);
	say("free again: %s\n", before - free_memory() + 65536 < 2 * 65536 ? "yes" : "NO");
}

int main(void)
{
	memset(bytes, 1, SIZE);
	one("touch", touch);
	one("send", send_more);
	one("circles", make_more);
	return 0;
}
