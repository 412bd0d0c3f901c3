// touch.c: single accesses to memory that may not be there. The handler of SIGSEGV and SIGBUS notes
// what the signal said and lets the program go on behind the access.

#include "fuzz.h"

#include <signal.h>
#include <ucontext.h>

static struct fault last;
static uintptr_t go_on; // behind the access under way; 0: there is none

static void on_fault(int signo, siginfo_t *info, void *context)
{
	ucontext_t *registers = context;

	if (!go_on)
		fail("a fault outside of an access");
	last.signo = signo;
	last.si_code = info->si_code;
	last.address = (uintptr_t)info->si_addr;
	registers->uc_mcontext.gregs[REG_EIP] = (int)go_on;
}

void touch_init(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	if (sigaction(SIGSEGV, &action, NULL) || sigaction(SIGBUS, &action, NULL))
		fail("sigaction");
}

// What became of an access: was there no fault?
static bool landed(struct fault *fault)
{
	*fault = last;
	go_on = 0;
	last.signo = 0;
	return fault->signo == 0;
}

// Read the word at `address`. Returns whether that was possible; if not, *fault says why.
bool try_load(uintptr_t address, uint32_t *value, struct fault *fault)
{
	uint32_t word = 0;

	asm volatile("movl $1f, %[go_on]\n\t"
	             "movl (%[address]), %[word]\n"
	             "1:"
	             : [go_on] "=m"(go_on), [word] "+r"(word)
	             : [address] "r"(address)
	             : "memory");
	*value = word;
	return landed(fault);
}

// Write the word at `address`, likewise.
bool try_store(uintptr_t address, uint32_t value, struct fault *fault)
{
	asm volatile("movl $1f, %[go_on]\n\t"
	             "movl %[value], (%[address])\n"
	             "1:"
	             : [go_on] "=m"(go_on)
	             : [address] "r"(address), [value] "r"(value)
	             : "memory");
	return landed(fault);
}
