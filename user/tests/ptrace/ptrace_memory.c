// A tracer's accesses to memory: read-only and inaccessible memory, shared memory, holes; text that others
// share; and that a write gives the program no permission.

#include "ptrace.h"

#include <sys/mman.h>

#define PAGE 4096

static char *area, *none, *shared, *late;
static volatile int *text_value;
static const int constant = 77;

static void prober(void)
{
	int pipe_fds[2];

	kill(getpid(), SIGUSR1); // the tracer writes
	say("the program reads %d\n", *text_value);
	say("shared %d\n", shared[0]);
	pipe(pipe_fds);
	say("the kernel writes for the program: ");
	write(pipe_fds[1], "x", 1);
	say("%s\n", read(pipe_fds[0], area, 1) < 0 ? error_name(errno) : "works");
	say("and reads: %s\n", write(pipe_fds[1], none, 1) < 0 ? error_name(errno) : "works");
	mprotect(none, PAGE, PROT_READ | PROT_WRITE);
	say("without protection %d\n", none[8]);
	none[8]++;
	mprotect(late, PAGE, PROT_READ | PROT_WRITE);
	say("never touched %d\n", late[4]);
	area[0] = 1; // still read-only: SIGSEGV
	_exit(0);
}

static void peek(const char *what, pid_t pid, const void *at)
{
	uint32_t value = 0;

	if (ptrace(PTRACE_PEEKDATA, pid, (uintptr_t)at, (uintptr_t)&value) < 0)
		say("%s: %s\n", what, error_name(errno));
	else
		say("%s: %u\n", what, value);
}

static void poke(const char *what, pid_t pid, const void *at, uint32_t value)
{
	say("%s: %s\n", what,
	    ptrace(PTRACE_POKEDATA, pid, (uintptr_t)at, value) < 0 ? error_name(errno) : "written");
}

int main(void)
{
	pid_t pid;

	area = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	none = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	none[0] = 3;
	mprotect(none, PAGE, PROT_NONE);
	late = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	shared = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	text_value = (volatile int *)&constant;
	pid = traced_child(prober);
	go(CONT, pid, 0);
	peek("read-only", pid, area);
	poke("read-only", pid, area, 10);
	peek("read-only", pid, area);
	peek("without access", pid, none);
	poke("without access", pid, none + 8, 20);
	peek("without access", pid, none + 8);
	peek("never touched", pid, late);
	poke("never touched", pid, late + 4, 21);
	peek("never touched", pid, late + 4);
	peek("shared", pid, shared);
	poke("shared, read-only", pid, shared, 30);
	peek("a constant", pid, (const void *)text_value);
	poke("a constant", pid, (const void *)text_value, 78);
	peek("a constant", pid, (const void *)text_value);
	say("here it is %d\n", *text_value);
	peek("not aligned", pid, area + 1);
	peek("across the end", pid, (void *)0xbffffffe);
	peek("nothing there", pid, NULL);
	poke("nothing there", pid, NULL, 1);
	peek("the kernel", pid, (void *)0xc0100000);
	poke("the kernel", pid, (void *)0xc0100000, 1);
	request(PEEKDATA, pid, area, 16);
	go(CONT, pid, 0);
	go(CONT, pid, SIGSEGV);
	say("here it is %d\n", area[0]);
	return 0;
}
