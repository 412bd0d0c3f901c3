// epoll: sets of files: level, edge and one-shot, nested sets, errors; with eventfds, pipes, threads.

#include "../epoll.h"
#include <poll.h>

static void triggers(void)
{
	long set = create(), level = event_fd(0, O_NONBLOCK), edge = event_fd(0, O_NONBLOCK),
	     once = event_fd(0, O_NONBLOCK);

	print("add", control(set, EPOLL_CTL_ADD, level, 1, 1));
	control(set, EPOLL_CTL_ADD, edge, 1 | EPOLLET, 2);
	control(set, EPOLL_CTL_ADD, once, 1 | EPOLLONESHOT, 3);
	wait_set("nothing", set, 0);
	add_one(level);
	add_one(edge);
	add_one(once);
	wait_set("all three", set, -1);
	wait_set("level only", set, 0);
	add_one(edge);
	wait_set("the edge again", set, 0);
	take("level", level);
	wait_set("nothing", set, 0);
	add_one(once);
	wait_set("one-shot is used up", set, 0);
	print("modify", control(set, EPOLL_CTL_MOD, once, 1 | EPOLLONESHOT, 4));
	wait_set("again", set, 0);
	print("delete", control(set, EPOLL_CTL_DEL, once, 0, 0));
	add_one(level);
	close((int)level);
	wait_set("a closed file is gone", set, 0);
	close((int)set);
}

static void errors(void)
{
	long set = create(), fd = event_fd(0, 0);
	int file = open("/tmp/epoll", O_RDWR | O_CREAT, 0600), null = open("/dev/null", O_RDWR);
	struct epoll_event event;

	print("size 0", raw(SYS_epoll_create, 0, 0, 0, 0, 0));
	print("bad flags", raw(SYS_epoll_create1, 1, 0, 0, 0, 0));
	print("a regular file", control(set, EPOLL_CTL_ADD, file, 1, 0));
	print("/dev/null", control(set, EPOLL_CTL_ADD, null, 1, 0));
	print("itself", control(set, EPOLL_CTL_ADD, set, 1, 0));
	print("no set", control(fd, EPOLL_CTL_ADD, set, 1, 0));
	print("no descriptor", control(set, EPOLL_CTL_ADD, 99, 1, 0));
	print("no such set", control(99, EPOLL_CTL_ADD, fd, 1, 0));
	print("not in it: modify", control(set, EPOLL_CTL_MOD, fd, 1, 0));
	print("not in it: delete", control(set, EPOLL_CTL_DEL, fd, 1, 0));
	print("add", control(set, EPOLL_CTL_ADD, fd, 1, 0));
	print("twice", control(set, EPOLL_CTL_ADD, fd, 1, 0));
	print("a copy", control(set, EPOLL_CTL_ADD, dup((int)fd), 1, 0));
	print("no operation", control(set, 9, fd, 1, 0));
	print("no event", raw(SYS_epoll_ctl, set, EPOLL_CTL_ADD, fd, 16, 0));
	print("delete needs none", raw(SYS_epoll_ctl, set, EPOLL_CTL_DEL, fd, 16, 0));
	print("exclusive", control(set, EPOLL_CTL_ADD, fd, 1 | EPOLLEXCLUSIVE, 0));
	print("changed", control(set, EPOLL_CTL_MOD, fd, 1, 0));
	print("no room", raw(SYS_epoll_wait, set, (long)&event, 0, 0, 0));
	print("wait for no set", raw(SYS_epoll_wait, fd, (long)&event, 1, 0, 0));
	print("wait for nothing", raw(SYS_epoll_wait, 99, (long)&event, 1, 0, 0));
	unlink("/tmp/epoll");
	close(file);
	close(null);
	close((int)set);
	close((int)fd);
}

// An event that cannot be stored is not lost.
static void bad_places(void)
{
	long set = create(), edge = event_fd(1, O_NONBLOCK), once = event_fd(1, O_NONBLOCK);
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct epoll_event *last = (struct epoll_event *)(pages + 4096) - 1;

	control(set, EPOLL_CTL_ADD, edge, POLLIN | EPOLLET, 1);
	control(set, EPOLL_CTL_ADD, once, POLLIN | EPOLLONESHOT, 2);
	print("a bad place", raw(SYS_epoll_wait, set, 8, 8, 0, 0));
	munmap(pages + 4096, 4096);
	print("a place for one", raw(SYS_epoll_wait, set, (long)last, 8, 0, 0));
	say("  %llu: 0x%x\n", (unsigned long long)last->data, last->events);
	print("a place for a part", raw(SYS_epoll_wait, set, (long)last + 4, 8, 0, 0));
	wait_set("the other", set, 0);
	wait_set("no more", set, 0);
	raw(SYS_close, set, 0, 0, 0, 0);
}

static void nested(void)
{
	long sets[7], fd = event_fd(0, 0);

	for (int i = 0; i < 7; i++)
		sets[i] = create();
	control(sets[0], EPOLL_CTL_ADD, fd, 1, 10);
	print("a set in a set", control(sets[1], EPOLL_CTL_ADD, sets[0], 1, 11));
	print("each other", control(sets[0], EPOLL_CTL_ADD, sets[1], 1, 12));
	wait_set("outer, before", sets[1], 0);
	add_one(fd);
	wait_set("outer", sets[1], 0);
	wait_set("outer again", sets[1], 0);
	wait_set("inner", sets[0], 0);
	take("taken", fd);
	wait_set("outer, after", sets[1], 0);
	for (int i = 2; i < 7; i++)
		print("deeper", control(sets[i], EPOLL_CTL_ADD, sets[i - 1], 1, 13));
	for (int i = 0; i < 7; i++)
		close((int)sets[i]);
	close((int)fd);
}

static volatile long shared_fd;

static void write_later(void *arg)
{
	(void)arg;
	sleep_ms(10);
	add_one(shared_fd);
}

static void threads(void)
{
	static struct test_thread one;
	long set = create();
	int ends[2];

	shared_fd = event_fd(0, 0);
	control(set, EPOLL_CTL_ADD, shared_fd, 1 | EPOLLET, 20);
	start_thread(&one, 0, write_later, NULL);
	wait_set("a thread writes", set, -1);
	join_thread(&one);
	wait_set("after 5 ms", set, 5);
	pipe(ends);
	control(set, EPOLL_CTL_ADD, ends[0], 1, 21);
	control(set, EPOLL_CTL_ADD, ends[1], 4, 22);
	wait_set("a pipe can be written", set, -1);
	control(set, EPOLL_CTL_DEL, ends[1], 0, 0);
	write(ends[1], "x", 1);
	wait_set("and read", set, -1);
	close(ends[1]);
	wait_set("and is hung up", set, -1);
	close(ends[0]);
	close((int)set);
}

// Files that never have to be waited for: pipes at the test's own ends.
static void standard_files(void)
{
	long set = create();

	print("standard input", control(set, EPOLL_CTL_ADD, 0, 1, 0));
	print("twice", control(set, EPOLL_CTL_ADD, 0, 1, 0));
	print("standard output", control(set, EPOLL_CTL_ADD, 1, 4, 1));
	print("standard error", control(set, EPOLL_CTL_ADD, 2, 4 | EPOLLET, 2));
	print("delete", control(set, EPOLL_CTL_DEL, 0, 0, 0));
	wait_set("output", set, 1000);
	close((int)set);
}

static void counters(void)
{
	uint64_t most = -2ull, too_much = -1ull;
	long fd = event_fd(3, O_NONBLOCK), semaphore = event_fd(2, O_NONBLOCK | 1);

	take("counter", fd);
	take("empty", fd);
	print("the most", raw(SYS_write, fd, (long)&most, 8, 0, 0));
	add_one(fd);
	print("too much", raw(SYS_write, fd, (long)&too_much, 8, 0, 0));
	print("a short write", raw(SYS_write, fd, (long)&most, 4, 0, 0));
	print("a short read", raw(SYS_read, fd, (long)&most, 7, 0, 0));
	take("all", fd);
	take("semaphore", semaphore);
	take("again", semaphore);
	take("empty", semaphore);
	print("bad flags", event_fd(0, 2));
	print("seek", raw(SYS_lseek, fd, 0, 0, 0, 0));
	close((int)fd);
	close((int)semaphore);
}

int main(void)
{
	triggers();
	errors();
	bad_places();
	nested();
	threads();
	standard_files();
	counters();
	return 0;
}
