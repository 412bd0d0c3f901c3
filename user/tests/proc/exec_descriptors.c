// execve gives a process that shares its descriptors (CLONE_FILES) a table of its own; one that fails
// does not.
#include "test.h"
#include <sched.h>

static void execute(const char *path, const char *word)
{
	char *arguments[] = { (char *)path, (char *)word, NULL }, *environment[] = { NULL };

	execve(path, arguments, environment);
}

static void show_open(const char *what)
{
	say("%s:", what);
	for (int fd = 3; fd < 12; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			say(" %d%s", fd, fcntl(fd, F_GETFD) ? " (until execve)" : "");
	say("\n");
}

// A child that shares the table and executes `path`.
static void try(const char *what, const char *path)
{
	int status;
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0) {
		dup2(3, 8); // which the parent gets too
		execute(path, "new");
		dup2(3, 11); // this too, if there is no new program
		_exit(0);
	}
	waitpid(pid, &status, 0);
	show_status(what, status);
	show_open("the parent's");
}

// Three share it, and the one in the middle goes.
static void three(void)
{
	int status, ends[2];
	char byte;
	pid_t pid;

	pipe(ends);
	pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		if (syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0) == 0) {
			dup2(3, 9);
			_exit(0);
		}
		wait(&status);
		execute("/tests/exec_descriptors", "new");
	}
	waitpid(pid, &status, 0);
	show_open("of three");
	write(ends[1], "x", 1);
	check("the pipe works", read(ends[0], &byte, 1) == 1);
	close(ends[0]);
	close(ends[1]);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		show_open("the new program's");
		close(5);
		dup2(3, 10);
		return 0;
	}
	dup2(open("/dev/null", O_RDWR), 5);
	fcntl(3, F_DUPFD_CLOEXEC, 7);
	show_open("at first");
	try("a new program", "/tests/exec_descriptors");
	try("no program", "/dev/null");
	close(11);
	three();
	return 0;
}
