// What /proc shows of a process whose first thread has ended: it is a zombie, and counts among the
// threads until the process ends.

#include "../thread.h"
#include <fcntl.h>

static pid_t process;

// Print the lines of a file that begin with one of two words; of stat the state, and how many threads.
static void show_lines(const char *file)
{
	char path[64], text[4096], *line;
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", process, file);
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (!strncmp(line, "State:", 6) || !strncmp(line, "Threads:", 8))
			say("%s %s\n", file, line);
}

// Read the process's stat, and return its state.
static char read_stat(char text[1024])
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", process);
	fd = open(path, O_RDONLY);
	n = read(fd, text, 1023);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return strchr(text, ')')[2];
}

static void show_stat(void)
{
	char text[1024], *at;

	say("stat: state %c", read_stat(text));
	at = strchr(text, ')') + 2;
	for (int field = 3; field < 20; field++)
		at = strchr(at, ' ') + 1;
	say(", threads %d\n", atoi(at));
}

static void second(void *arg)
{
	char text[1024];

	word_wait(arg, 1);
	for (int i = 0; i < 100 && read_stat(text) != 'Z'; i++)
		sleep_ms(1);
	show_stat();
	show_lines("status");
	raw(SYS_exit_group, 0, 0, 0, 0, 0);
}

int main(void)
{
	static struct test_thread thread;
	static volatile int first = 1;

	process = getpid();
	show_stat();
	show_lines("status");
	raw(SYS_set_tid_address, (long)&first, 0, 0, 0, 0);
	start_thread(&thread, 0, second, (void *)&first);
	raw(SYS_exit, 0, 0, 0, 0, 0);
	return 1;
}
