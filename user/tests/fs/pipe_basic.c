// A pipe: bytes come out in the order in which they went in, and its end is seen.

#include "test.h"

int main(void)
{
	char buffer[64];
	int fds[2];
	pid_t pid;
	ssize_t n;

	show("pipe", pipe(fds));
	check("descriptors are the lowest free ones", fds[0] == 3 && fds[1] == 4);
	show("write", write(fds[1], "hello", 5));
	show("write again", write(fds[1], ", world", 7));
	show("read less than there is", read(fds[0], buffer, 3));
	show("read more than there is", read(fds[0], buffer + 3, 60));
	say("\"%.12s\"\n", buffer);
	show("write of nothing", write(fds[1], buffer, 0));
	show("read of nothing", read(fds[0], buffer, 0));
	show("write to the reading end", write(fds[0], "x", 1));
	show("read from the writing end", read(fds[1], buffer, 1));

	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		sleep_ms(10);
		write(fds[1], "from the child", 14);
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], buffer, sizeof(buffer))) > 0)
		say("read waits, and gets \"%.*s\"\n", (int)n, buffer);
	show("then the end", n);
	show("and again", read(fds[0], buffer, sizeof(buffer)));
	waitpid(pid, NULL, 0);
	return 0;
}
