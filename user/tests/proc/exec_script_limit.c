// The path of a script takes the place of the first argument, and needs only the room that is missing:
// also where arguments and environment have nearly all the room that they may.

#include "test.h"
#include <sys/resource.h>

#define KIB 1024
#define ROOM (128 * KIB) // with this RLIMIT_STACK
#define SCRIPT "/s"
#define PROGRAM "/bin/true"

static char interpreter[220]; // a script that PROGRAM runs

// Execute the script, with an environment that leaves `left` bytes in the end.
static void try(const char *what, size_t left)
{
	static char more[ROOM];
	char *arguments[] = { SCRIPT, NULL }, *environment[] = { more, NULL };
	int status;

	// In the end there are: the program's path, the interpreter's and the script's as its arguments,
	// the environment, and the script's path as its name.
	left += sizeof(PROGRAM) + strlen(interpreter) + 1 + 2 * sizeof(SCRIPT);
	memset(more, 'b', sizeof(more));
	more[ROOM - left - 1] = '\0';
	say("%s: ", what);
	if (fork_or_end() == 0) {
		execve(SCRIPT, arguments, environment);
		say("%s\n", error_name(errno));
		_exit(1);
	}
	wait(&status);
	if (status == 0)
		say("runs\n");
}

static void write_script(const char *path, const char *name)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0755);

	write(fd, "#!", 2);
	write(fd, name, strlen(name));
	write(fd, "\n", 1);
	close(fd);
}

int main(void)
{
	struct rlimit limit = { 256 * KIB, RLIM_INFINITY };

	for (size_t at = 0; at < 200; at += 2)
		strcpy(interpreter + at, "/.");
	strcat(interpreter, "/t");
	write_script(SCRIPT, interpreter);
	write_script(interpreter, PROGRAM);
	setrlimit(RLIMIT_STACK, &limit);
	try("much room", 10000);
	try("some room", 1000);
	try("little room", 80);
	unlink(SCRIPT);
	unlink("/t");
	return 0;
}
