// int n for every n with a stack pointer that points nowhere, and with null segments: but for the
// system call each is a fault that ends the child.

#include "evil.h"

static unsigned char *code;
static uint32_t esp;

static void run_code(void)
{
	asm volatile("movl %0, %%eax\n\t"
	             "movl %1, %%esp\n\t"
	             "xorl %%ebx, %%ebx\n\t"
	             "movw %%bx, %%es\n\t"
	             "movl $0xc0100000, %%ebp\n\t"
	             "jmp *%%eax"
	             :
	             : "m"(code), "r"(esp));
}

int main(void)
{
	evil_begin();
	code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	            0);
	for (size_t i = 0; i < COUNT(evil_pointers); i++) {
		int ended[65] = { 0 };

		esp = evil_pointers[i].address;
		for (int n = 0; n < 256; n++) {
			int status;

			// int n; int3
			memcpy(code, (unsigned char[]){ 0xcd, (unsigned char)n, 0xcc }, 3);
			status = run_child(run_code);
			ended[WTERMSIG(status) & 63]++;
		}
		say("esp at %s: %d by signal 11, %d by signal 5\n", evil_pointers[i].name,
		    ended[SIGSEGV], ended[SIGTRAP]);
	}
	return evil_end();
}
