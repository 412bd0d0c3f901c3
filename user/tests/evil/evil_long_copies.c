// mem: 64
// limit: 20
// Calls that copy for as long as a program likes, of memory that is there only once: meanwhile others run,
// and who makes such a call can be killed.
#include "test.h"
#include <sys/mman.h>
#include <sys/uio.h>

#define STRETCHES 1024
#define STRETCH (2u << 20)

static char buffer[STRETCH];
static struct iovec all[STRETCHES];

static void read_hole(void)
{
	int fd = open("/tmp/hole", O_RDWR | O_CREAT | O_TRUNC, 0600);

	ftruncate(fd, (off_t)1 << 40);
	readv(fd, all, STRETCHES);
}

static void read_zeroes(void)
{
	readv(open("/dev/zero", O_RDONLY), all, STRETCHES);
}

static void copy_self(void)
{
	syscall(SYS_process_vm_readv, getpid(), all, STRETCHES, all, STRETCHES, 0);
}

// All that there is, of the page of zeroes, over and over.
static void populate(void)
{
	const size_t most = 0x70000000;
	void *at = mmap(NULL, most, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	for (;;)
		madvise(at, most, MADV_POPULATE_READ);
}

// The clock does not do: while a call takes no interrupts, it stands still.
static uint64_t cycles(void)
{
	uint64_t count;

	__asm__ volatile("rdtsc" : "=A"(count));
	return count;
}

static void try_to_kill(const char *what, void (*call)(void))
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	uint64_t start = cycles(), sleep;
	int status;
	pid_t child;

	nanosleep(&pause, NULL);
	sleep = cycles() - start;
	start = cycles();
	child = fork();

	if (child == 0) {
		call();
		_exit(0);
	}
	nanosleep(&pause, NULL);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	say("%s: %s, %s\n", what, WIFSIGNALED(status) ? "killed" : "came to its end",
	    cycles() - start < 15 * sleep ? "soon" : "late");
}

int main(void)
{
	memset(buffer, 1, sizeof(buffer));
	for (int i = 0; i < STRETCHES; i++)
		all[i] = (struct iovec){ buffer, STRETCH };
	try_to_kill("a hole", read_hole);
	try_to_kill("zeroes", read_zeroes);
	try_to_kill("process_vm_readv", copy_self);
	try_to_kill("populate", populate);
	return 0;
}
