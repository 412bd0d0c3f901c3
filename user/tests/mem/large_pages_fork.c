// append: hugepages=3
// mem: 64
// Copy-on-write of large pages. The reservation is the parent's: if pages are short, the parent takes
// them from its children.

#include "large_pages.h"

static char *at;
static int go[2], done[2];

static void send_byte(int fd)
{
	(void)!write(fd, "x", 1);
}

static void wait_for(int fd)
{
	char byte;

	(void)!read(fd, &byte, 1);
}

// Start a child that waits for a byte, and then looks, and perhaps writes.
static void start(bool writes)
{
	if (fork() != 0)
		return;
	wait_for(go[0]);
	say("the child sees %c\n", at[0]);
	if (writes) {
		at[0] = 'C';
		say("the child wrote %c\n", at[0]);
	}
	send_byte(done[1]);
	wait_for(go[0]);
	_exit(0);
}

static void end(const char *what)
{
	int status;

	wait(&status);
	show_status(what, status);
	pool("it ended");
}

static void copies(void)
{
	at = map_large("one", 1, MAP_PRIVATE);
	at[0] = 'p';
	start(true);
	pool("forked");
	send_byte(go[1]);
	wait_for(done[0]);
	pool("the child has a copy");
	say("the parent sees %c\n", at[0]);
	at[0] = 'P';
	pool("the parent wrote in place");
	send_byte(go[1]);
	end("child");

	start(false);
	at[0] = 'q';
	pool("the parent has a copy");
	send_byte(go[1]);
	wait_for(done[0]);
	send_byte(go[1]);
	end("child");
	munmap(at, large);
	pool("unmapped");
}

// All pages are reserved: a child that writes has none.
static void child_without(void)
{
	char *other = map_large("two", 2, MAP_PRIVATE);

	at = map_large("one", 1, MAP_PRIVATE);
	at[0] = 'p';
	other[0] = other[large] = 1;
	start(true);
	send_byte(go[1]);
	end("a child that writes");
	say("the parent sees %c\n", at[0]);
	at[0] = 'P';
	pool("the parent wrote in place");

	start(false);
	at[0] = 'Q';
	say("the parent wrote %c\n", at[0]);
	pool("it took the page");
	send_byte(go[1]);
	end("a child that looks");
	touched = other;
	show_child("a child that reads what nobody wrote", read_byte);
	munmap(other, 2 * large);
	munmap(at, large);
	pool("unmapped");
}

// A child has no reservation for what nobody touched.
static void untouched(void)
{
	char *other = map_large("two", 2, MAP_PRIVATE);

	at = map_large("one", 1, MAP_PRIVATE);
	touched = at;
	show_child("all is reserved to the parent", read_byte);
	munmap(other, 2 * large);
	show_child("two are free", write_byte);
	pool("none is lost");
	check("the parent's is zero", at[0] == 0);
	munmap(at, large);
	pool("unmapped");
}

static void leave_out(void)
{
	at = map_large("two", 2, MAP_PRIVATE);
	at[0] = at[large] = 'd';
	madvise(at, large, MADV_DONTFORK);
	touched = at;
	show_child("not inherited", read_byte);
	touched = at + large;
	show_child("inherited", write_byte);
	check("the parent's", at[0] == 'd' && at[large] == 'd');
	munmap(at, 2 * large);
	pool("unmapped");
}

int main(void)
{
	large_pages_begin();
	pipe(go);
	pipe(done);
	copies();
	child_without();
	untouched();
	leave_out();
	return 0;
}
