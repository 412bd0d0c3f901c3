// A handler changes every byte of the floating-point state that its return will load, reserved bits
// of MXCSR included, which the processor refuses with a fault of the kernel's own.

#include "evil.h"

static int offset, mask;

static void handler(int signo, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	(void)signo;
	(void)info;
	if (user->uc_mcontext.fpregs)
		((unsigned char *)(uintptr_t)user->uc_mcontext.fpregs)[offset] ^= (unsigned char)
			mask;
}

static void try_byte(void)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR1, &action, NULL);
	asm volatile("fninit\n\tfldpi");
	raise(SIGUSR1);
	asm volatile("fnclex\n\tfld1\n\tfninit");
}

int main(void)
{
	static const int masks[] = { 0x01, 0x80, 0xff };
	int exits = 0, faults = 0, others = 0;

	evil_begin();
	for (offset = 0; offset < 624; offset++) {
		for (size_t i = 0; i < COUNT(masks); i++) {
			int status;

			mask = masks[i];
			status = run_child(try_byte);
			if (status == 0)
				exits++;
			else if (WIFSIGNALED(status))
				faults++;
			else
				others++;
		}
	}
	check("most changes do no harm", exits > 1500);
	check("each child went on or ended by a signal", exits + faults == 624 * 3 && !others);
	return evil_end();
}
