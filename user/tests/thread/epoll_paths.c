// epoll_paths: sets in sets, each there many times: how many paths may lead from a file upward, and
// that neither adding nor a wakeup follows each path. Sets in which much is not ready any more.
// stretch

#include "../epoll.h"
#include <poll.h>

#define LEVELS 5
#define COPIES 90

static long sets[LEVELS];
static int copies[1000], copy_count;

static void make_sets(void)
{
	for (int i = 0; i < LEVELS; i++)
		sets[i] = create();
}

static void close_all(void)
{
	for (int i = 0; i < LEVELS; i++)
		close((int)sets[i]);
	while (copy_count)
		close(copies[--copy_count]);
}

// Add up to `wanted` copies of descriptor `fd` to `set`. Returns how many could be added, and the
// last result in *error.
static int add_copies(long set, long fd, int wanted, long *error)
{
	int added = 0;

	*error = 0;
	while (added < wanted && !*error) {
		copies[copy_count] = dup((int)fd);
		*error = control(set, EPOLL_CTL_ADD, copies[copy_count++], POLLIN, 5);
		if (!*error)
			added++;
	}
	return added;
}

// 90 * 90 * 90 * 90 paths lead up from the lowest set, where no file is yet.
static void without_a_file(void)
{
	long fd = event_fd(0, 0), error;

	make_sets();
	for (int i = 1; i < LEVELS; i++)
		say("level %d: %d\n", i, add_copies(sets[i], sets[i - 1], COPIES, &error));
	print("one deeper", control(sets[0], EPOLL_CTL_ADD, create(), POLLIN, 0));
	print("a circle", control(sets[0], EPOLL_CTL_ADD, sets[4], POLLIN, 0));
	print("a file at the bottom", control(sets[0], EPOLL_CTL_ADD, fd, POLLIN, 1));
	print("at the top", control(sets[4], EPOLL_CTL_ADD, fd, POLLIN, 2));
	add_one(fd);
	wait_set("top", sets[4], 0);
	close((int)fd);
	close_all();
}

// A file in the lowest of `length` + 1 sets; the step from the first to the second is there often.
static void longest(int length)
{
	long fd = event_fd(0, 0), error;
	struct epoll_event events[3];
	int most;

	make_sets();
	control(sets[0], EPOLL_CTL_ADD, fd, POLLIN, 1);
	for (int i = 1; i < length; i++)
		control(sets[i + 1], EPOLL_CTL_ADD, sets[i], POLLIN, 2);
	most = add_copies(sets[1], sets[0], 600, &error);
	say("paths over %d sets: %d, then ", length, most);
	print("one more", error);
	add_one(fd);
	print("ready at the top", raw(SYS_epoll_wait, sets[length], (long)events, 3, 0, 0));
	take("taken", fd);
	print("not ready", raw(SYS_epoll_wait, sets[length], (long)events, 3, 0, 0));
	add_one(fd);
	print("again", raw(SYS_epoll_wait, sets[length], (long)events, 3, -1, 0));
	close((int)fd);
	close_all();
}

// A file in two nested sets: the paths through both count.
static void two_ways(void)
{
	long fd = event_fd(0, 0), error;

	make_sets();
	say("above one: %d\n", add_copies(sets[2], sets[0], 300, &error));
	say("above the other: %d\n", add_copies(sets[3], sets[1], 300, &error));
	print("in one", control(sets[0], EPOLL_CTL_ADD, fd, POLLIN, 1));
	print("in the other too", control(sets[1], EPOLL_CTL_ADD, fd, POLLIN, 1));
	print("outside", control(sets[4], EPOLL_CTL_ADD, fd, POLLIN, 1));
	print("out of one", control(sets[0], EPOLL_CTL_DEL, fd, 0, 0));
	print("then in the other", control(sets[1], EPOLL_CTL_ADD, fd, POLLIN, 1));
	close((int)fd);
	close_all();
}

// 900 items of one file, which all become ready, and then are not.
static void not_ready_any_more(void)
{
	long fd = event_fd(0, 0), error;
	struct pollfd poll_outer = { 0, POLLIN, 0 };
	struct epoll_event events[3];

	make_sets();
	say("not nested, so as often as one likes: %d\n", add_copies(sets[2], fd, 900, &error));
	close_all();
	make_sets();
	poll_outer.fd = (int)sets[1];
	print("nested", control(sets[1], EPOLL_CTL_ADD, sets[0], POLLIN, 1));
	say("in it, %d times\n", add_copies(sets[0], fd, 500, &error));
	for (int i = 0; i < 2; i++) {
		add_one(fd);
		print("outer polled", poll(&poll_outer, 1, 0));
		take("taken", fd);
		print("outer polled", poll(&poll_outer, 1, 0));
		add_one(fd);
		take("taken", fd);
		print("inner", raw(SYS_epoll_wait, sets[0], (long)events, 3, 0, 0));
		print("outer", raw(SYS_epoll_wait, sets[1], (long)events, 3, 0, 0));
	}
	close((int)fd);
	close_all();
}

// POLLERR and POLLHUP need not be asked for; after EPOLLONESHOT they are not reported either.
static void without_events(void)
{
	long set = create();
	int ends[2], once[2];

	pipe(ends);
	pipe(once);
	print("no events", control(set, EPOLL_CTL_ADD, ends[0], 0, 1));
	print("once", control(set, EPOLL_CTL_ADD, once[0], POLLIN | EPOLLONESHOT, 2));
	write(ends[1], "x", 1);
	write(once[1], "x", 1);
	wait_set("once only", set, 0);
	close(ends[1]);
	close(once[1]);
	wait_set("hung up", set, 0);
	print("changed to none", control(set, EPOLL_CTL_MOD, once[0], 0, 3));
	wait_set("both", set, 0);
	close(ends[0]);
	close(once[0]);
	close((int)set);
}

int main(void)
{
	without_a_file();
	for (int length = 1; length < LEVELS; length++)
		longest(length);
	two_ways();
	not_ready_any_more();
	without_events();
	return 0;
}
