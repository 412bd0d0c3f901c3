// epoll_limits: how many items may wait for one file, and how many sets may be in sets: a wakeup
// passes them all without a yield, so there are limits that Linux does not have.
// stretch

#include "../epoll.h"
#include <sys/resource.h>

#define MANY 2500

// Add copies of `fd` to `set` until that fails.
static void add_many(const char *what, long set, long fd)
{
	static int copies[MANY];
	long error = 0;
	int n = 0;

	while (n < MANY && !error) {
		copies[n] = dup((int)fd);
		error = control(set, EPOLL_CTL_ADD, copies[n++], 1, 5);
	}
	say("%s: %d\n", what, error ? n - 1 : n);
	print("one more", error);
	if (n == 2049)
		add_one(fd);
	print("modify", control(set, EPOLL_CTL_MOD, copies[0], 1, 6));
	print("delete", control(set, EPOLL_CTL_DEL, copies[0], 0, 0));
	print("add", control(set, EPOLL_CTL_ADD, copies[0], 1, 6));
	print("add", control(set, EPOLL_CTL_ADD, copies[n - 1], 1, 6));
	while (n)
		close(copies[--n]);
}

// All items of the set become ready, and then are not. A thread waits meanwhile.
static void dead_items(void)
{
	long set = create(), outer = create(), fd[3];

	control(outer, EPOLL_CTL_ADD, set, 1, 9);
	for (int i = 0; i < 3; i++) {
		fd[i] = event_fd(0, 0);
		for (int copy = 0; copy < 480; copy++)
			control(set, EPOLL_CTL_ADD, dup((int)fd[i]), 1, (uint64_t)i);
	}
	for (int i = 0; i < 3; i++)
		add_one(fd[i]);
	for (int i = 0; i < 3; i++)
		take("taken", fd[i]);
	wait_set("nothing", outer, 0);
	for (int i = 0; i < 3; i++)
		add_one(fd[i]);
	for (int i = 0; i < 2; i++)
		take("taken", fd[i]);
	wait_set("the last file", outer, -1);
	wait_set("the last file", set, -1);
}

int main(void)
{
	struct rlimit limit = { 8192, 8192 };
	long set = create();

	say("setrlimit: %d\n", setrlimit(RLIMIT_NOFILE, &limit));
	add_many("items of one file", set, event_fd(0, 0));
	add_many("items that are sets", set, create());
	close((int)set);
	dead_items();
	return 0;
}
