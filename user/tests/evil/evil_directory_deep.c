// limit: 20
// kernel: normal
// stretch
// Directories 250,000 deep, whose path nobody can name, and their removal from the inside. What looks
// at all that lie above one another lets others run.

#include "evil.h"

#define DEPTH 250000

// A process that moves a directory again and again, on which nothing else depends.
static pid_t start_mover(void)
{
	pid_t pid;

	mkdir("/tmp/a", 0700);
	mkdir("/tmp/b", 0700);
	mkdir("/tmp/a/moved", 0700);
	pid = fork_or_end();
	while (pid == 0) {
		rename("/tmp/a/moved", "/tmp/b/moved");
		rename("/tmp/b/moved", "/tmp/a/moved");
	}
	return pid;
}

static void rename_again_and_again(void)
{
	pid_t pid = start_mover();
	int refused = 0;

	for (int i = 0; i < 20; i++)
		refused += rename("/tmp/deep", "directory") == -1 && errno == EINVAL;
	say("while others move directories: EINVAL %d times\n", refused);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	rmdir("/tmp/a/moved");
	rmdir("/tmp/b/moved");
	rmdir("/tmp/a");
	rmdir("/tmp/b");
}

int main(void)
{
	static char path[8192];
	int depth = 0, removed = 0, fd;

	evil_begin();
	mkdir("/tmp/deep", 0700);
	chdir("/tmp/deep");
	while (depth < DEPTH && mkdir("directory", 0700) == 0 && chdir("directory") == 0)
		depth++;
	show("deep", depth);
	show("getcwd", syscall(SYS_getcwd, path, sizeof(path)));
	show("of 10 bytes", syscall(SYS_getcwd, path, 10));
	show("rename into itself", rename("/tmp/deep", "directory"));
	rename_again_and_again();
	show("the top is not empty", rmdir("/tmp/deep"));
	for (size_t i = 0; i < 4200; i++)
		path[i] = i % 2 ? '/' : '.';
	path[4000] = '\0';
	fd = open(path, O_RDONLY | O_DIRECTORY);
	check("a path of 4,000", fd >= 0);
	close(fd);
	path[4000] = '.';
	show("a path of 4,200", open(path, O_RDONLY | O_DIRECTORY));
	while (chdir("..") == 0 && rmdir("directory") == 0)
		removed++;
	show("removed", removed);
	chdir("/");
	show("rmdir", rmdir("/tmp/deep"));
	return evil_end();
}
