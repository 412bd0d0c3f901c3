// Jumping, calling and returning into the kernel, and into what a program may not execute or does
// not have. (A far return is left out: QEMU performs it with the kernel's privileges.)

#include "evil.h"

static uint32_t target;

static void do_jump(void)
{
	asm volatile("jmp *%0" : : "r"(target));
}

static void do_call(void)
{
	asm volatile("call *%0" : : "r"(target));
}

static void do_return(void)
{
	asm volatile("pushl %0\n\tret" : : "r"(target));
}

static void do_iret(void)
{
	asm volatile("pushfl\n\tpushl %%cs\n\tpushl %0\n\tiret" : : "r"(target));
}

static void do_kernel_iret(void)
{
	asm volatile("pushfl\n\tpushl $0x60\n\tpushl %0\n\tiret" : : "r"(target));
}

static void do_far_jump(void)
{
	struct {
		uint32_t offset;
		uint16_t selector;
	} pointer = { target, 0x60 };

	asm volatile("ljmp *%0" : : "m"(pointer));
}

static void do_handler(void)
{
	signal(SIGUSR1, (void (*)(int))(uintptr_t)target);
	raise(SIGUSR1);
}

int main(void)
{
	static const uint32_t targets[] = { 0,          ULIM - 1,   ULIM,      KERNEL_TEXT,
		                            0xf8001000, 0xffc00000, 0xffffffff };
	static void (*const ways[])(void) = { do_jump,        do_call,     do_return, do_iret,
		                              do_kernel_iret, do_far_jump, do_handler };

	evil_begin();
	for (size_t i = 0; i < COUNT(targets); i++) {
		say("%08x:", targets[i]);
		target = targets[i];
		for (size_t way = 0; way < COUNT(ways); way++)
			say(" %d", WTERMSIG(run_child(ways[way])));
		say("\n");
	}
	return evil_end();
}
