// A handler changes each bit of the flags that its return will load. What a program may not set, it
// does not get: no I/O privilege, no interrupts off, no nested task, no virtual 8086 mode.

#include "evil.h"

static uint32_t change;

static uint32_t flags(void)
{
	uint32_t value;

	asm volatile("pushfl\n\tpopl %0" : "=r"(value));
	return value;
}

static void handler(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] ^= (int)change;
}

static void on_step(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~0x100;
}

static void install(void)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR1, &action, NULL);
	action.sa_sigaction = on_step;
	sigaction(SIGTRAP, &action, NULL);
}

// The control flags that stay when all were changed: IF (bit 9), IOPL, NT, RF, VM, VIF, VIP.
static void try_flags(void)
{
	install();
	raise(SIGUSR1);
	_exit((flags() & 0x1b7200) == 0x200 ? 0 : 1);
}

static void try_cli(void)
{
	install();
	change = 0x3000;
	raise(SIGUSR1);
	asm volatile("cli");
}

int main(void)
{
	evil_begin();
	for (int bit = 0; bit < 32; bit++) {
		char what[32];

		change = 1u << bit;
		snprintf(what, sizeof(what), "bit %d", bit);
		show_child(what, try_flags);
	}
	change = ~0u;
	show_child("all", try_flags);
	show_child("cli with IOPL 3", try_cli);
	return evil_end();
}
