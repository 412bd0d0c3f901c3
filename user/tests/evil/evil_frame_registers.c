// A handler changes instruction pointer, stack pointer and the rest of what its return will load, to
// every place that is no good.

#include "evil.h"

static int which;
static uint32_t value;

static void handler(int signo, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	(void)signo;
	(void)info;
	if (which < 19)
		user->uc_mcontext.gregs[which] = (int)value;
	else
		user->uc_mcontext.fpregs = value;
}

static void try_register(void)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR1, &action, NULL);
	asm volatile("fninit\n\tint $0x80\n\t"
	             "pushl $0\n\tmovl $252, %%eax\n\txorl %%ebx, %%ebx\n\tint $0x80"
	             :
	             : "a"(SYS_kill), "b"(getpid()), "c"(SIGUSR1)
	             : "memory");
}

static void try_places(const char *what, int reg)
{
	which = reg;
	say("%s:", what);
	for (size_t i = 0; i < COUNT(evil_pointers); i++) {
		int status;

		value = evil_pointers[i].address;
		status = run_child(try_register);
		say(" %d", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	}
	say("\n");
}

int main(void)
{
	evil_begin();
	say_pointers();
	try_places("eip", REG_EIP);
	try_places("esp", REG_ESP);
	try_places("esp at the signal", 17);
	try_places("trap number", REG_TRAPNO);
	try_places("error code", REG_ERR);
	try_places("floating-point state", 19);
	return evil_end();
}
