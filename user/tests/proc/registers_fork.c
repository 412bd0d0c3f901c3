// A system call changes no register but eax; fork gives the child all of them.

#include "test.h"

struct registers {
	unsigned int ebx, ecx, edx, esi, edi, ebp, flags;
};

// Make a call with known values in all registers, and store what comes out.
static int call_with(int number, struct registers *out)
{
	int result;

	asm volatile("pushl %%ebp\n\t"
	             "pushl %1\n\t"
	             "movl $0x11111111, %%ebx\n\t"
	             "movl $0x22222222, %%ecx\n\t"
	             "movl $0x33333333, %%edx\n\t"
	             "movl $0x44444444, %%esi\n\t"
	             "movl $0x55555555, %%edi\n\t"
	             "movl $0x66666666, %%ebp\n\t"
	             "std\n\t"
	             "stc\n\t"
	             "int $0x80\n\t"
	             "pushfl\n\t"
	             "cld\n\t"
	             "pushl %%edi\n\t"
	             "movl 8(%%esp), %%edi\n\t"
	             "movl %%ebx, 0(%%edi)\n\t"
	             "movl %%ecx, 4(%%edi)\n\t"
	             "movl %%edx, 8(%%edi)\n\t"
	             "movl %%esi, 12(%%edi)\n\t"
	             "popl %%esi\n\t"
	             "movl %%esi, 16(%%edi)\n\t"
	             "movl %%ebp, 20(%%edi)\n\t"
	             "popl %%esi\n\t"
	             "movl %%esi, 24(%%edi)\n\t"
	             "popl %%edi\n\t"
	             "popl %%ebp"
	             : "=a"(result)
	             : "D"(out), "0"(number)
	             : "ebx", "ecx", "edx", "esi", "memory", "cc");
	return result;
}

static void show_registers(const char *what, const struct registers *r)
{
	say("%s: %x %x %x %x %x %x, direction %d, carry %d\n", what, r->ebx, r->ecx, r->edx, r->esi,
	    r->edi, r->ebp, r->flags >> 10 & 1, r->flags & 1);
}

int main(void)
{
	struct registers registers;
	int status, pid;

	call_with(SYS_getppid, &registers);
	show_registers("getppid", &registers);
	say("no such call: %d\n", call_with(5000, &registers));
	show_registers("no such call", &registers);
	pid = call_with(SYS_fork, &registers);
	if (pid == 0) {
		show_registers("fork, child", &registers);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	show_registers("fork, parent", &registers);
	return 0;
}
