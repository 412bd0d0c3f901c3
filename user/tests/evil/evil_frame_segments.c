// limit: 20
// A handler changes the segments that its return will load: to every selector there is. The return
// may succeed or end the program, and the kernel survives.

#include "evil.h"

static int which;
static uint32_t value;

static void handler(int signo, siginfo_t *info, void *context)
{
	int *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)signo;
	(void)info;
	registers[which] = (int)value;
}

static void try_segment(void)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR1, &action, NULL);
	asm volatile("int $0x80\n\t"
	             "movl $252, %%eax\n\txorl %%ebx, %%ebx\n\tint $0x80"
	             :
	             : "a"(SYS_kill), "b"(getpid()), "c"(SIGUSR1)
	             : "memory");
}

static void try_selectors(const char *what, int reg)
{
	int survived = 0, killed = 0, other = 0;

	which = reg;
	for (value = 0; value < 0x10000; value += value < 0x100 ? 1 : 0x1fff) {
		int status = run_child(try_segment);

		if (status == 0)
			survived++;
		else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)
			killed++;
		else
			other++;
	}
	say("%s: %d go on, %d end by signal 11, %d otherwise\n", what, survived, killed, other);
}

int main(void)
{
	evil_begin();
	try_selectors("cs", REG_CS);
	try_selectors("ss", REG_SS);
	try_selectors("ds", REG_DS);
	try_selectors("es", REG_ES);
	try_selectors("fs", REG_FS);
	try_selectors("gs", REG_GS);
	return evil_end();
}
