// input: some text
// Two readers of standard input get bytes of their own, also while one of them sleeps in the middle of
// its read.

#include "../asleep.h"
#include "../thread.h"
#include "../uffd.h"

#define WANTED 4

static char *second; // shared with the child
static long first_length;

static void read_first(void *arg)
{
	(void)arg;
	first_length = raw(SYS_read, 0, (long)window, WANTED, 0, 0);
}

int main(void)
{
	static struct test_thread thread;
	int fd = uffd_ready(O_NONBLOCK, 0);
	struct pollfd wanted = { fd, POLLIN, 0 };
	pid_t pid;

	second = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	window = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	show("register", uffd_register(fd, window, PAGE, MISSING, NULL));
	start_thread(&thread, 0, read_first, NULL);
	show("it sleeps in a page fault", poll(&wanted, 1, -1));
	pid = fork_or_end();
	if (pid == 0)
		_exit(read(0, second, WANTED) != WANTED);
	let_sleep(pid);
	show("fill the page", uffd_zeropage(fd, window, PAGE, 0));
	join_thread(&thread);
	say("first: %ld \"%.*s\"\n", first_length, WANTED, window);
	waitpid(pid, NULL, 0);
	say("second: \"%.*s\"\n", WANTED, second);
	return 0;
}
