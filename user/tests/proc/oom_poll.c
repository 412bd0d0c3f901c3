// oom_poll: what a poll of many descriptors holds counts when a victim is chosen for lack of memory, and
// counts no more after the poll.

#include "../asleep.h"
#include "../oom_score.h"
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define MANY 500000

static struct pollfd all[MANY];

// Wait until the child has written a byte, and sleeps in its next call.
static int score_asleep(int fd, pid_t pid)
{
	char byte;

	read(fd, &byte, 1);
	let_sleep(pid);
	return score_of(pid);
}

int main(void)
{
	struct rlimit limit = { MANY, MANY };
	int to_child[2], from_child[2], before, during, after;
	char byte;
	pid_t pid;

	say("limit: %d\n", setrlimit(RLIMIT_NOFILE, &limit));
	pipe(to_child);
	pipe(from_child);
	for (int i = 0; i < MANY; i++)
		all[i].fd = -1;
	all[0] = (struct pollfd){ .fd = to_child[0], .events = POLLIN };
	pid = fork();
	if (pid == 0) {
		write(from_child[1], "1", 1);
		read(to_child[0], &byte, 1);
		write(from_child[1], "2", 1);
		poll(all, MANY, -1);
		read(to_child[0], &byte, 1);
		write(from_child[1], "3", 1);
		read(to_child[0], &byte, 1);
		_exit(0);
	}
	before = score_asleep(from_child[0], pid);
	write(to_child[1], "x", 1);
	during = score_asleep(from_child[0], pid);
	write(to_child[1], "x", 1);
	after = score_asleep(from_child[0], pid);
	write(to_child[1], "x", 1);
	waitpid(pid, NULL, 0);
	check("the poll counts", during - before > 50);
	check("and then no more", after - before < 25);
	return 0;
}
