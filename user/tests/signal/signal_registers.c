// A handler changes no register of the interrupted program, not even those of the FPU, and may
// change them all on purpose.

#include "test.h"
#include <ucontext.h>

static double wanted = 1.5;

static void spoil(int signo)
{
	double zero = 0;

	(void)signo;
	asm volatile("fninit\n\t"
	             "fldl %0\n\t"
	             "xorps %%xmm3, %%xmm3\n\t"
	             "movl $0, %%ebx\n\t"
	             "std\n\t"
	             "cld"
	             :
	             : "m"(zero)
	             : "ebx", "cc");
}

static void change(int signo, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	(void)signo;
	(void)info;
	check("  ebx is the pid", user->uc_mcontext.gregs[REG_EBX] == getpid());
	user->uc_mcontext.gregs[REG_EBX] = 0x1234;
	user->uc_mcontext.gregs[REG_EFL] |= 1;
}

struct result {
	unsigned int ebx, esi, edi, flags, xmm[4];
	double top;
};

// Load registers, send the signal to oneself, and store what they are afterwards.
static struct result signal_oneself(int signo)
{
	static const unsigned int pattern[4] = { 1, 2, 3, 4 };
	struct result result;
	long number = SYS_kill;
	pid_t pid = getpid();

	asm volatile("fninit\n\t"
	             "fldl %[wanted]\n\t"
	             "movups %[pattern], %%xmm3\n\t"
	             "clc\n\t"
	             "int $0x80\n\t"
	             "pushfl\n\t"
	             "popl %[flags]\n\t"
	             "movups %%xmm3, %[xmm]\n\t"
	             "fstpl %[top]"
	             : "+a"(number), [flags] "=m"(result.flags), [xmm] "=m"(result.xmm),
	               [top] "=m"(result.top), "=b"(result.ebx), "=S"(result.esi), "=D"(result.edi)
	             : [wanted] "m"(wanted), [pattern] "m"(pattern), "b"(pid), "c"(signo), "S"(77),
	               "D"(88)
	             : "memory", "cc");
	return result;
}

static void show_result(const struct result *r, unsigned int expected_ebx)
{
	say("ebx %s, esi %u, edi %u, carry %u, xmm %u %u %u %u, st(0) %s\n",
	    r->ebx == expected_ebx ? "as expected" : "wrong", r->esi, r->edi, r->flags & 1,
	    r->xmm[0], r->xmm[1], r->xmm[2], r->xmm[3], r->top == wanted ? "kept" : "lost");
}

int main(void)
{
	struct sigaction act;
	struct result result;

	memset(&act, 0, sizeof(act));
	act.sa_handler = spoil;
	sigaction(SIGUSR1, &act, NULL);
	act.sa_sigaction = change;
	act.sa_flags = SA_SIGINFO;
	sigaction(SIGUSR2, &act, NULL);
	result = signal_oneself(SIGUSR1);
	show_result(&result, (unsigned int)getpid());
	result = signal_oneself(SIGUSR2);
	show_result(&result, 0x1234);
	return 0;
}
