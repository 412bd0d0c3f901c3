// The flag AC, with which a program asks for alignment checks (#AC). What the kernel does for it
// goes on working, though the same flag lets the kernel through SMAP. QEMU's emulated processor
// raises no #AC, so that is not tried.

#include "test.h"

#define SET_AC "pushfl\n\torl $0x40000, (%%esp)\n\tpopfl\n\t"

static int words[2];

static void unaligned(void)
{
	asm volatile("movl 1(%0), %%eax" : : "r"(words) : "eax");
}

static void aligned_with_check(void)
{
	asm volatile(SET_AC "movl (%0), %%eax" : : "r"(words) : "eax");
}

// The flag must not make the kernel's own accesses fault, and must be there still after a call.
static void calls_with_check(void)
{
	char bytes[sizeof(struct stat) + 1];
	unsigned int flags;
	long result;

	asm volatile(SET_AC "int $0x80\n\tpushfl\n\tpopl %1"
	             : "=a"(result), "=r"(flags)
	             : "0"(SYS_fstat64), "b"(0), "c"(bytes + 1)
	             : "memory");
	asm volatile("pushfl\n\tandl $~0x40000, (%%esp)\n\tpopfl" : : : "cc");
	say("fstat to an odd address: %ld, flag %d\n", result, flags >> 18 & 1);
}

int main(void)
{
	show_child("without the check", unaligned);
	show_child("aligned", aligned_with_check);
	show_child("calls", calls_with_check);
	return 0;
}
