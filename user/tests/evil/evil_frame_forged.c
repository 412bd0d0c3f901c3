// sigreturn and rt_sigreturn without any signal: with the stack pointer nowhere, and with frames
// that nobody but the program has made.

#include "evil.h"

static uint32_t esp, number;

static void call_sigreturn(void)
{
	asm volatile("movl %0, %%esp\n\tint $0x80\n\thlt" : : "r"(esp), "a"(number));
}

static void land(void)
{
	_exit(7);
}

// A frame of zeros but for what is needed to come to land(), with the segments given.
static void forge(uint32_t cs, uint32_t ds, uint32_t flags)
{
	struct sigcontext *context = (struct sigcontext *)(uintptr_t)(REGION + 64);

	memset((void *)(uintptr_t)REGION, 0, PAGE);
	context->cs = (uint16_t)cs;
	context->ds = context->es = context->ss = (uint16_t)ds;
	context->eip = (uint32_t)(uintptr_t)land;
	context->esp = REGION + 2 * PAGE - 64;
	context->eflags = flags;
	esp = REGION + 64;
	number = SYS_sigreturn;
}

int main(void)
{
	uint32_t cs, ds;

	evil_begin();
	for (size_t i = 0; i < COUNT(evil_pointers); i++) {
		esp = evil_pointers[i].address;
		number = SYS_sigreturn;
		say("esp at %s: %d", evil_pointers[i].name, WTERMSIG(run_child(call_sigreturn)));
		number = SYS_rt_sigreturn;
		say(" %d\n", WTERMSIG(run_child(call_sigreturn)));
	}
	asm volatile("movl %%cs, %0\n\tmovl %%ds, %1" : "=r"(cs), "=r"(ds));
	forge(cs, ds, 0x202);
	show_child("a good one", call_sigreturn);
	forge(cs, ds, ~0u);
	show_child("all flags", call_sigreturn);
	forge(0x60, 0x68, 0x202);
	show_child("the kernel's segments", call_sigreturn);
	forge(ds, cs, 0x202);
	show_child("data for code", call_sigreturn);
	forge(0, 0, 0);
	show_child("nothing", call_sigreturn);
	forge(cs, 0x78 & ~3u, 0x202);
	show_child("a stack that asks for privilege 0", call_sigreturn);
	return evil_end();
}
