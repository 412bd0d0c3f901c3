// Descriptors as far apart as they can be: each search for the next one passes a thousand free slots.
// stretch
// limit: 10

#include "test.h"
#include <string.h>
#include <sys/resource.h>

#define FIRST 1024
#define APART 1023
#define MANY 1024

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

int main(int argc, char **argv)
{
	static const struct rlimit limit = { 1048576, 1048576 };

	if (argc > 1) {
		show_open("after exec");
		return 0;
	}
	show("the limit", setrlimit(RLIMIT_NOFILE, &limit));
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
