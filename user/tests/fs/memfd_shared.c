// A memfd's mappings: shared by parent and child, cut short under their eyes, and executed.

#include "test.h"
#include <setjmp.h>
#include <sys/mman.h>

#define PAGE 4096

static sigjmp_buf back;
static volatile int code;

static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)context;
	code = number * 100 + info->si_code;
	siglongjmp(back, 1);
}

static void touch(const char *what, volatile char *at, bool to_write)
{
	code = 0;
	if (sigsetjmp(back, 1) == 0) {
		if (to_write)
			*at = 'w';
		say("%s: %d\n", what, *at);
	} else {
		say("%s: signal %d, code %d\n", what, code / 100, code % 100);
	}
}

static char *shared, *private;
static int fd;

static void child(void)
{
	check("the child sees", shared[0] == 'p' && private[0] == 'o');
	shared[1] = 'c';
	private[1] = 'c';
	pwrite(fd, "f", 1, 2);
	ftruncate(fd, 3 * PAGE);
	shared[2 * PAGE] = 'n';
}

static void run_copy(void)
{
	char *const args[] = { "echo", "from", "memory", NULL };
	char path[32], buffer[4096];
	int from = open("/bin/echo", O_RDONLY), to = memfd_create("program", 0);
	ssize_t n;

	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		write(to, buffer, (size_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", to);
	execv(path, args);
	say("execv: %s\n", error_name(errno));
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	fd = memfd_create("shared", 0);
	ftruncate(fd, 2 * PAGE);
	shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	shared[0] = 'p';
	private[0] = 'o';
	show_child("child", child);
	check("the parent sees", shared[1] == 'c' && shared[2] == 'f' && private[1] == 0);
	show("size", lseek(fd, 0, SEEK_END));
	check("the new page", shared[2 * PAGE] == 'n');

	touch("past the end", shared + 3 * PAGE, false);
	touch("past it, writing", private + 3 * PAGE, true);
	private[PAGE] = 'k';
	shared[PAGE + 9] = 'k';
	show("cut inside the second page", ftruncate(fd, PAGE + 1));
	touch("shared, its rest", shared + PAGE + 9, false);
	touch("private, its rest", private + PAGE, false);
	touch("shared, the page after", shared + 2 * PAGE, true);
	show("cut to the first page", ftruncate(fd, PAGE));
	touch("shared, gone", shared + PAGE, false);
	touch("private, gone", private + PAGE, false);
	show("and to nothing", ftruncate(fd, 0));
	touch("private, gone too", private, false);
	show("grown again", ftruncate(fd, PAGE));
	touch("shared, zero", shared, false);
	touch("private, writing", private, true);
	touch("shared, still zero", shared, false);
	show("read into what is gone", pread(fd, shared + PAGE, 1, 0));
	close(fd);
	touch("closed", shared, true);
	show_child("a program in memory", run_copy);
	return 0;
}
