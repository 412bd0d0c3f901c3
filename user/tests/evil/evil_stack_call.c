// System calls with a stack pointer that points nowhere: the kernel has its own.

#include "evil.h"

static long call_with_stack(uint32_t esp, long number)
{
	asm volatile("movl %%esp, %%edi\n\t"
	             "movl %[esp], %%esp\n\t"
	             "int $0x80\n\t"
	             "movl %%edi, %%esp"
	             : "+a"(number)
	             : [esp] "S"(esp), "b"(0), "c"(0), "d"(0)
	             : "edi", "memory");
	return number;
}

int main(void)
{
	evil_begin();
	for (size_t i = 0; i < COUNT(evil_pointers); i++) {
		uint32_t esp = evil_pointers[i].address;
		long result = call_with_stack(esp, SYS_fork);

		if (result == 0)
			call_with_stack(esp, SYS_exit_group);
		waitpid((pid_t)result, NULL, 0);
		say("esp at %s: %s %s\n", evil_pointers[i].name,
		    call_with_stack(esp, SYS_getpid) == getpid() ? "getpid" : "NO",
		    result > 0 ? "fork" : "NO");
	}
	return evil_end();
}
