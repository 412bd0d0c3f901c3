// pty.c: a program of another C library runs the shell in a pseudoterminal, as a person would use it.
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static char text[4096]; // what the shell has shown
static size_t length;

// Read what the shell shows until `end` is in it.
static int wait_for(int master, const char *end)
{
	while (!strstr(text, end)) {
		ssize_t n = read(master, text + length, sizeof(text) - 1 - length);

		if (n <= 0)
			return 0;
		length += (size_t)n;
	}
	return 1;
}

// Type a line once the shell has shown `prompt`, and drop what was shown.
static int type(int master, const char *prompt, const char *line)
{
	if (!wait_for(master, prompt))
		return 0;
	memset(text, 0, sizeof(text));
	length = 0;
	return write(master, line, strlen(line)) == (ssize_t)strlen(line);
}

int main(void)
{
	struct winsize window = { 25, 90, 0, 0 };
	int master, status;
	pid_t child = forkpty(&master, NULL, NULL, &window);

	if (child == 0) {
		execl("/bin/sh", "sh", (char *)NULL);
		_exit(127);
	}
	if (child < 0 || !type(master, "$ ", "echo one; cat\n"))
		return 1;
	if (!type(master, "\none\r\n", "typed\n") || !wait_for(master, "typed\r\ntyped\r\n"))
		return 2;
	if (!type(master, "typed", "\003") || !type(master, "$ ", "exit 5\n"))
		return 3;
	while (read(master, text, sizeof(text)) > 0)
		;
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return 4;
	printf("the shell has ended: %d\n", WEXITSTATUS(status));
	return 0;
}
