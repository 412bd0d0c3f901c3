// int n for every n: all but three raise a general protection fault, which is a segmentation fault
// for the program. Vector 3 is the breakpoint, 4 the overflow; 0x80 is a system call.

#include "test.h"

static unsigned char code[] = { 0xcd, 0, 0xc3 }; // int n; ret

static void run_code(void)
{
	((void (*)(void))code)();
}

// Data can be executed: without PAE there is no right that forbids it. Where there is one, the code
// must first be allowed.
static void allow_execution(void)
{
	uintptr_t page = (uintptr_t)code & ~4095ul;

	syscall(SYS_mprotect, page, 8192, 7);
}

int main(void)
{
	int n, status, segv = 0;
	char name[16];

	allow_execution();
	for (n = 0; n < 256; n++) {
		if (n == 0x80)
			continue;
		code[1] = (unsigned char)n;
		status = run_child(run_code);
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV) {
			segv++;
			continue;
		}
		snprintf(name, sizeof(name), "int %d", n);
		show_status(name, status);
	}
	say("%d others: signal 11\n", segv);
	return 0;
}
