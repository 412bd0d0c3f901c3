// Descriptors as far apart as they can be: each search for the next one passes a thousand free slots.
// stretch
// limit: 10

#include "test.h"
#include <string.h>
#include <sys/resource.h>

#define FIRST 1024
#define APART 1024
#define MANY 1023

static int descriptor(int i)
{
	return FIRST + APART * i + APART - 1;
}

static void open_all(const char *when)
{
	int opened = 0;

	for (int i = 0; i < MANY; i++)
		opened += dup2(0, descriptor(i)) == descriptor(i);
	say("%s: opened %d\n", when, opened);
}

static void show_open(const char *what)
{
	int open = 0;

	for (int i = 0; i < MANY; i++)
		open += fcntl(descriptor(i), F_GETFD) >= 0;
	say("%s: open %d\n", what, open);
}

static void child_has_them(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		show_open("a child");
		_exit(0);
	}
	waitpid(pid, &status, 0);
	show_status("the child", status);
}

static const int places[] = { 1024, 2047, 2048, 70000, 1048575, 3 };

#define PLACES (int)(sizeof(places) / sizeof(*places))

// A child that says which of the places are open. It opens one that it has not inherited.
static void child_says(const char *when)
{
	char open[PLACES + 1] = "";
	int status, last = -1;
	pid_t pid = fork();

	if (pid == 0) {
		for (int i = 0; i < PLACES; i++) {
			open[i] = fcntl(places[i], F_GETFD) >= 0 ? '1' : '.';
			last = open[i] == '.' ? i : last;
		}
		say("%s: %s, ", when, open);
		say("one more: %d\n", last < 0 ? 0 : dup2(0, places[last]));
		_exit(0);
	}
	waitpid(pid, &status, 0);
}

// Descriptors come and go one after the other, in two orders. After the last one it is as if there had been
// none.
static void come_and_go(void)
{
	for (int i = 0; i < PLACES; i++) {
		dup2(0, places[i]);
		child_says("come");
	}
	for (int i = PLACES; i-- > 0;) {
		close(places[(i * 5 + 2) % PLACES]);
		child_says("go");
	}
	for (int i = PLACES; i-- > 0;)
		dup2(0, places[i]);
	show("close_range in the middle", syscall(SYS_close_range, 2048, 70000, 0));
	child_says("then");
	show("close_range near and far", syscall(SYS_close_range, 3, 2047, 0));
	child_says("then");
	show("the last one again", dup2(0, 1048575));
	show("the lowest free one", dup(0));
	show("the lowest free one from 1,048,575 on", fcntl(0, F_DUPFD, 1048575));
	show("close_range of the rest", syscall(SYS_close_range, 3, ~0u, 0));
}

int main(int argc, char **argv)
{
	static const struct rlimit limit = { 1048576, 1048576 };

	if (argc > 1) {
		show_open("after exec");
		return 0;
	}
	show("the limit", setrlimit(RLIMIT_NOFILE, &limit));
	come_and_go();
	open_all("first");
	child_has_them();
	show("close_range closes", syscall(SYS_close_range, FIRST, ~0u, 0));
	show_open("then");
	open_all("again");
	show("close_range marks", syscall(SYS_close_range, FIRST, ~0u, 4));
	show_open("then");
	execve(argv[0], (char *[]){ argv[0], "again", NULL }, (char *[]){ NULL });
	return 1;
}
