// A program that catches its own faults: the arguments of its handler, and how it goes on.

#include "test.h"
#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

static sigjmp_buf back;
static char *page;

// Print an address, relative to our page if it is there.
static void show_address(const char *address)
{
	if (address >= page && address < page + 8192)
		say("page+0x%lx", (unsigned long)(address - page));
	else
		say("0x%lx", (unsigned long)(uintptr_t)address);
}

static void report(int signo, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	say("  signal %d, code %d, trap %d, error 0x%x", signo, info->si_code,
	    (int)user->uc_mcontext.gregs[REG_TRAPNO],
	    (unsigned int)user->uc_mcontext.gregs[REG_ERR] & ~0x10u);
	if (signo == SIGSEGV) {
		say(", address ");
		show_address(info->si_addr);
	}
	say("\n");
	siglongjmp(back, 1);
}

static void divide(void)
{
	asm volatile("xorl %%ecx, %%ecx\n\tdivl %%ecx" : : : "eax", "ecx", "edx");
}

static void undefined(void)
{
	asm volatile("ud2");
}

static void privileged(void)
{
	asm volatile("hlt");
}

static void breakpoint(void)
{
	asm volatile("int3");
}

static void read_nothing(void)
{
	*(volatile char *)0x20000010;
}

static void write_read_only(void)
{
	*(volatile char *)(page + 5) = 1;
}

static void read_protected(void)
{
	*(volatile char *)(page + 4096 + 7);
}

static void jump_to_nothing(void)
{
	((void (*)(void))0x20000020)();
}

static void try(const char *what, void (*function)(void))
{
	say("%s\n", what);
	if (sigsetjmp(back, 1) == 0)
		function();
}

// This handler repairs the cause, so the instruction succeeds when it runs again.
static void repair(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	(void)info;
	mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

int main(void)
{
	static const int signals[] = { SIGFPE, SIGILL, SIGSEGV, SIGTRAP, SIGBUS };
	struct sigaction act;
	size_t i;

	page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(page + 4096, 4096, PROT_NONE);
	memset(&act, 0, sizeof(act));
	act.sa_sigaction = report;
	act.sa_flags = SA_SIGINFO;
	for (i = 0; i < COUNT(signals); i++)
		sigaction(signals[i], &act, NULL);
	try("division by zero", divide);
	try("an undefined instruction", undefined);
	try("a privileged one", privileged);
	try("a breakpoint", breakpoint);
	try("reading where nothing is", read_nothing);
	try("writing what can only be read", write_read_only);
	try("reading what is protected", read_protected);
	try("jumping where nothing is", jump_to_nothing);

	act.sa_sigaction = repair;
	sigaction(SIGSEGV, &act, NULL);
	write_read_only();
	say("after a repair the write was made: %d\n", page[5]);
	return 0;
}
