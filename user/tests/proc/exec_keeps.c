// What a process keeps when it becomes another program: pid, parent, directory, descriptors and
// where they stand, but not those that are to be closed.

#include "test.h"
#include <sys/auxv.h>

static int second(char **argv)
{
	char path[64], byte;

	check("the same pid", getpid() == atoi(argv[1]));
	check("the same parent", getppid() == atoi(argv[2]));
	getcwd(path, sizeof(path));
	say("in %s\n", path);
	read(10, &byte, 1);
	say("descriptor 10 goes on at '%c'\n", byte);
	show("descriptor 11, to be closed", read(11, &byte, 1));
	return 0;
}

int main(int argc, char **argv)
{
	char pid[16], parent[16], bytes[2];
	char *new_argv[] = { "second", pid, parent, NULL };
	int fd;

	if (argc == 3)
		return second(argv);
	mkdir("/tmp/directory", 0755);
	chdir("/tmp/directory");
	make_file("file", "abcdef");
	fd = open("file", O_RDONLY);
	read(fd, bytes, 2);
	dup2(fd, 10);
	close(fd);
	fd = open("file", O_RDONLY | O_CLOEXEC);
	if (fd != 11) {
		syscall(SYS_dup3, fd, 11, O_CLOEXEC);
		close(fd);
	}
	snprintf(pid, sizeof(pid), "%d", getpid());
	snprintf(parent, sizeof(parent), "%d", getppid());
	execve((char *)getauxval(AT_EXECFN), new_argv, NULL);
	return 1;
}
