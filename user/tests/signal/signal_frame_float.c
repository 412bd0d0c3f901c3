// The floating-point registers in a signal's frame: on a page that a userfaultfd's handler must bring,
// and on an alternate stack that has no room for them.

#include "thread.h"
#include "uffd.h"
#include <ucontext.h>

// The registers as Linux and Quire store them: FSAVE's format, then FXSAVE's.
#define AT_CONTROL 0
#define AT_TAGS 8
#define AT_FXSAVE 112
#define AT_MXCSR (AT_FXSAVE + 24)
#define CONTROL 0x0f7f // rounds to zero
#define MXCSR 0x7f80   // rounds to zero
#define AT_FRAME 16    // in the page: FXSAVE's part is at a multiple of 64

static int fd;
static unsigned char image[PAGE];

static void put(size_t at, uint32_t value, size_t size)
{
	memcpy(image + AT_FRAME + at, &value, size);
}

// The frame's registers are on the page that is missing.
static void point_there(int signo, siginfo_t *info, void *context)
{
	void *there = window + AT_FRAME;

	(void)signo;
	(void)info;
	memcpy(&((ucontext_t *)context)->uc_mcontext.fpregs, &there, sizeof(there));
}

static void bring_page(void *arg)
{
	struct uffd_msg msg;

	(void)arg;
	raw(SYS_read, fd, (long)&msg, sizeof(msg), 0, 0);
	uffd_copy(fd, window, image, PAGE, 0);
}

// The program has used no floating point before: it has no registers yet when its return sleeps.
static void missing_page(void)
{
	struct sigaction action = { .sa_sigaction = point_there, .sa_flags = SA_SIGINFO };
	struct test_thread thread = { 0 };
	unsigned short control = 0;
	unsigned int mxcsr = 0;

	put(AT_CONTROL, 0xffff0000u | CONTROL, 4);
	put(AT_TAGS, 0xffffffffu, 4);
	put(AT_FXSAVE, CONTROL, 2);
	put(AT_MXCSR, MXCSR, 4);
	fd = uffd_ready(0, 0);
	window = map_memory(1);
	show("register", uffd_register(fd, window, PAGE, MISSING, NULL));
	start_thread(&thread, 0, bring_page, NULL);
	sigaction(SIGUSR1, &action, NULL);
	kill(getpid(), SIGUSR1);
	asm volatile("fnstcw %0\n\tstmxcsr %1" : "=m"(control), "=m"(mxcsr));
	say("control 0x%x, MXCSR 0x%x\n", control, mxcsr);
	join_thread(&thread);
	close(fd);
	munmap(window, PAGE);
}

// A handler that uses no stack: it sends the signal again at once, until the stack is full.
extern char send_again[];
int own_pid;
asm(".globl send_again\n"
    "send_again:\n\t"
    "movl $37, %eax\n\t"
    "movl own_pid, %ebx\n\t"
    "movl $10, %ecx\n\t"
    "int $0x80\n\t"
    "jmp send_again");

static char *memory; // a page, and the alternate stack above it
static size_t size;
static int flags;

static void fill_stack(void)
{
	struct sigaction action = { .sa_flags = SA_ONSTACK | SA_NODEFER | flags };
	stack_t stack = { memory + PAGE, 0, size };

	action.sa_handler = (void (*)(int))(uintptr_t)send_again;
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	own_pid = getpid();
	asm volatile("fninit\n\tfldpi");
	kill(own_pid, SIGUSR1);
}

static void full_stack(void)
{
	bool signals = true, untouched = true;

	memory = mmap(NULL, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memset(memory, 'x', 2 * PAGE);
	for (size = 2048; size <= PAGE; size += 64) {
		int status = run_child(fill_stack);

		signals &= WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
		for (size_t i = 0; i < PAGE; i++)
			untouched &= memory[i] == 'x';
	}
	check("each child has died by SIGSEGV", signals);
	check("nothing below the stack has changed", untouched);
	munmap(memory, 2 * PAGE);
}

int main(void)
{
	missing_page();
	full_stack();
	flags = SA_SIGINFO;
	full_stack();
	return 0;
}
