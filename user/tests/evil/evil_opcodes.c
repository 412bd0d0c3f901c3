// limit: 10
// Every opcode of one byte and every one behind 0f, with operands of several kinds, each in a child
// with wild registers. What becomes of the children depends on the processor; the kernel survives.

#include "evil.h"

static unsigned char *code;
static unsigned char bytes[16];

static void run_code(void)
{
	memset(code, 0xcc, 64); // int3
	memcpy(code, bytes, sizeof(bytes));
	asm volatile("movl %0, %%eax\n\t"
	             "movl $0xc0100000, %%ebx\n\t"
	             "movl $0xffffffff, %%ecx\n\t"
	             "movl $0x20001fff, %%edx\n\t"
	             "movl $0xbfffffff, %%esi\n\t"
	             "movl $0x20001ffe, %%edi\n\t"
	             "xorl %%ebp, %%ebp\n\t"
	             "pushl $0\n\t"
	             "jmp *%%eax"
	             :
	             : "m"(code));
}

static void try_behind(const unsigned char *prefix, size_t length)
{
	static const unsigned char operands[] = { 0x00, 0x05, 0x18, 0x3b, 0x45, 0xd0, 0xff };

	for (int opcode = 0; opcode < 256; opcode++) {
		for (size_t i = 0; i < COUNT(operands); i++) {
			memset(bytes, 0, sizeof(bytes));
			memcpy(bytes, prefix, length);
			bytes[length] = (unsigned char)opcode;
			bytes[length + 1] = operands[i];
			memset(bytes + length + 6, 0x90, sizeof(bytes) - length - 6);
			run_child(run_code);
		}
	}
}

int main(void)
{
	evil_begin();
	code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	            0);
	try_behind((unsigned char *)"", 0);
	say("one byte: done\n");
	try_behind((unsigned char *)"\x0f", 1);
	say("behind 0f: done\n");
	try_behind((unsigned char *)"\x66\x0f", 2);
	say("behind 66 0f: done\n");
	try_behind((unsigned char *)"\xf3", 1);
	say("behind f3: done\n");
	return evil_end();
}
