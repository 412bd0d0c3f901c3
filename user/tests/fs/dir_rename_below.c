// dir_rename_below: a directory cannot be moved below itself, however deep the tree is, and two
// renames at once make no circle.

#include "test.h"
#include <sys/wait.h>

#define DEEP 200
#define TRIES 200

static void try(const char *what, const char *from, const char *to)
{
	show(what, rename(from, to));
}

// Make "a/a/a/...", DEEP levels, and store the path of the lowest one.
static void make_deep(char *path)
{
	strcpy(path, "a");
	mkdir(path, 0755);
	for (int i = 1; i < DEEP; i++) {
		strcat(path, "/a");
		mkdir(path, 0755);
	}
}

// Move `from` below `to`, again and again; whenever that works, move it back.
static int move(const char *from, const char *to, const char *moved)
{
	int done = 0;

	for (int i = 0; i < TRIES; i++) {
		if (rename(from, to) == 0) {
			done++;
			rename(moved, from);
		}
		syscall(SYS_sched_yield);
	}
	return done;
}

int main(void)
{
	char lowest[2 * DEEP + 8];
	struct stat st;
	pid_t pid;
	int status;

	chdir("/tmp");
	make_deep(lowest);
	strcat(lowest, "/new");
	try("to the lowest level", "a", lowest);
	try("from the second level", "a/a", lowest);
	try("over its own ancestor", "a/a/a", "a");
	try("to another place", "a/a", "other");
	try("its first ancestor, below it", "a", "other/a/a/below");
	try("and below that", "other", "other/a/a/below/x");
	try("out again", "other/a/a/below", "free");
	show("free is a directory", stat("free", &st));

	mkdir("x", 0755);
	mkdir("y", 0755);
	pid = fork();
	if (pid == 0) {
		move("x", "y/x", "y/x");
		_exit(0);
	}
	move("y", "x/y", "x/y");
	waitpid(pid, &status, 0);
	say("child: %d\n", status);
	show("x can be reached", stat("x", &st));
	show("y can be reached", stat("y", &st));
	show("x is empty", rmdir("x"));
	show("y is empty", rmdir("y"));
	return 0;
}
