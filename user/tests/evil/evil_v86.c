// A way into virtual-8086 mode that must not exist: iret in user mode, to a frame with EFLAGS.VM set.
// Most of QEMU's processors go there, with privilege levels, segments and the interrupt flag of the
// program's choice. On all of them it must end like a protection fault of the iret itself.

#include "evil.h"

#define LOW 0x10000u // the lowest page that a program can have; in that mode segment 0x1000
#define EFLAGS_CALM 0x20202u
#define EFLAGS_STEP 0x20302u
#define EFLAGS_PORTS 0x23202u // IOPL 3: `int n` goes through the kernel's gates

static unsigned int selector, offset, flags, number;

// Enter the mode at selector:offset, the call's number in eax and sensible arguments besides.
static void enter(void)
{
	asm volatile("movl %%esp, %%edx\n\t"
	             "movl %0, %%eax\n\t"
	             "pushl $0x1000\n\t" // gs, fs, ds, es
	             "pushl $0x1000\n\t"
	             "pushl $0x1000\n\t"
	             "pushl $0x1000\n\t"
	             "pushl $0x1000\n\t" // ss
	             "pushl %%edx\n\t"
	             "pushl %3\n\t"
	             "pushl %1\n\t"
	             "pushl %2\n\t"
	             "xorl %%ecx, %%ecx\n\t"
	             "xorl %%edx, %%edx\n\t"
	             "iret"
	             :
	             : "m"(number), "m"(selector), "m"(offset), "m"(flags), "b"(LOW + 256)
	             : "eax", "ecx", "edx", "memory");
}

static void with_code(const char *what, const char *code, size_t size, unsigned int with)
{
	memcpy((void *)(uintptr_t)LOW, code, size);
	flags = with;
	show_child(what, enter);
}

#define WITH_CODE(what, code, with) with_code(what, code, sizeof(code), with)

static void on_fault(int signo, siginfo_t *info, void *context)
{
	(void)context;
	(void)info;
	say("handler: signal %d\n", signo);
	_exit(7);
}

static void handled(void)
{
	static unsigned char stack[16384];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaltstack(&alternate, NULL);
	sigaction(SIGSEGV, &action, NULL);
	enter();
}

// Each selector's low bits look like another privilege.
static void try_selectors(void)
{
	static const unsigned int selectors[] = { 0,    0x5b0,  0x60,   0x63,  0x73,
		                                  0x7b, 0x1001, 0x1003, 0xffff };

	flags = EFLAGS_CALM;
	for (size_t i = 0; i < COUNT(selectors); i++) {
		char name[32];

		selector = selectors[i];
		snprintf(name, sizeof(name), "selector %#x", selector);
		show_child(name, enter);
	}
}

// System calls that look for the program's registers at the top of the kernel stack.
static void try_calls(void)
{
	static const unsigned int numbers[] = { SYS_getpid,    SYS_fork,  SYS_execve,
		                                SYS_sigreturn, SYS_clone, SYS_rt_sigreturn,
		                                SYS_vfork,     SYS_exit };

	for (size_t i = 0; i < COUNT(numbers); i++) {
		char name[32];

		number = numbers[i];
		snprintf(name, sizeof(name), "call %u", number);
		WITH_CODE(name, "\xcd\x80\xeb\xfe", EFLAGS_PORTS); // int $0x80; jmp .
	}
}

int main(void)
{
	evil_begin();
	mmap((void *)(uintptr_t)LOW, 16 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	strcpy((char *)(uintptr_t)(LOW + 256), "/bin/true");
	try_selectors();
	selector = 0x1000;
	try_calls();
	WITH_CODE("loop", "\xeb\xfe", EFLAGS_CALM); // jmp .: only the clock's interrupt ends it
	WITH_CODE("step", "\x90\x90", EFLAGS_STEP);
	WITH_CODE("hlt", "\xf4", EFLAGS_PORTS);
	WITH_CODE("in", "\xe4\x60", EFLAGS_PORTS);
	WITH_CODE("iret", "\xcf", EFLAGS_PORTS);
	WITH_CODE("int3", "\xcc", EFLAGS_PORTS);
	WITH_CODE("into", "\xb0\x7f\x04\x7f\xce", EFLAGS_PORTS);
	WITH_CODE("division", "\x31\xc9\xf7\xf1", EFLAGS_CALM);
	WITH_CODE("float", "\xdb\xe3\xd9\xe8", EFLAGS_CALM);
	WITH_CODE("opcode", "\x0f\x0b", EFLAGS_CALM);
	WITH_CODE("far jump", "\xea\x00\x00\x60\x00", EFLAGS_CALM);
	show_child("handled", handled);
	return evil_end();
}
