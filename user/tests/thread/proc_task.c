// /proc/PID/task: a directory for each thread, and what status and stat say about threads.

#include "../thread.h"
#include <dirent.h>
#include <fcntl.h>

#define THREADS 3

static struct test_thread threads[THREADS];
static volatile int go;

static void wait_go(void *arg)
{
	(void)arg;
	word_wait(&go, 0);
}

// Read a file of thread `tid` (0: of the process). Returns whether there is one.
static bool read_file(int tid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	if (tid)
		snprintf(path, sizeof(path), "/proc/self/task/%d/%s", tid, name);
	else
		snprintf(path, sizeof(path), "/proc/self/%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	n = read(fd, text, size - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

// The number after the name of a line of status.
static int field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? atoi(at + strlen(name)) : -1;
}

static void show_thread(const char *what, int tid, int own)
{
	static char text[4096];
	char *at;

	if (!read_file(tid, "status", text, sizeof(text))) {
		say("%s: no status\n", what);
		return;
	}
	say("%s: pid %s, tgid %s, threads %d, state %c\n", what,
	    field(text, "\nPid:") == own ? "right" : "wrong",
	    field(text, "Tgid:") == getpid() ? "right" : "wrong", field(text, "Threads:"),
	    (at = strstr(text, "State:")) ? at[7] : '?');
	read_file(tid, "stat", text, sizeof(text));
	at = strrchr(text, ')');
	say("  stat: number %s,", atoi(text) == own ? "right" : "wrong");
	for (int i = 0; at && i < 18; i++)
		at = strchr(at + 1, ' ');
	say(" threads %d\n", at ? atoi(at) : -1);
	say("  comm %s, maps %s\n",
	    read_file(tid, "comm", text, sizeof(text)) ? "is there" : "is missing",
	    read_file(tid, "maps", text, sizeof(text)) ? "is there" : "is missing");
}

static void list(const char *what)
{
	DIR *directory = opendir("/proc/self/task");
	struct dirent *entry;
	int count = 0, known = 0;

	while (directory && (entry = readdir(directory))) {
		int tid = atoi(entry->d_name);

		count += tid > 0;
		known += tid == getpid();
		for (int i = 0; i < THREADS; i++)
			known += tid && tid == threads[i].tid;
	}
	if (directory)
		closedir(directory);
	say("%s: %d threads, %d known\n", what, count, known);
}

static void no_file(const char *what, const char *path)
{
	int fd = open(path, O_RDONLY);

	say("%s: %s\n", what, fd < 0 ? error_name(errno) : "opened");
	if (fd >= 0)
		close(fd);
}

int main(void)
{
	char path[64];
	int tid;

	list("alone");
	show_thread("the process", 0, getpid());
	for (int i = 0; i < THREADS; i++)
		start_thread(&threads[i], 0, wait_go, NULL);
	sleep_ms(5);
	list("with others");
	show_thread("the process", 0, getpid());
	show_thread("the first", getpid(), getpid());
	show_thread("another", threads[1].tid, threads[1].tid);
	tid = threads[0].tid;
	no_file("no such thread", "/proc/self/task/99999/stat");
	no_file("not a number", "/proc/self/task/x");
	no_file("with a zero", "/proc/self/task/01");
	no_file("init's", "/proc/self/task/1");
	no_file("no such file", "/proc/self/task/1/nosuch");
	snprintf(path, sizeof(path), "/proc/self/task/%d/task", tid);
	no_file("a task of a task", path);
	word_set(&go, 1);
	for (int i = 0; i < THREADS; i++)
		join_thread(&threads[i]);
	sleep_ms(5);
	list("alone again");
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	no_file("one that has ended", path);
	return 0;
}
