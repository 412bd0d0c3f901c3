// The registers of SSE keep a program's values while the kernel fills and copies pages for it.

#include "test.h"
#include <sys/auxv.h>
#include <sys/mman.h>

#define PAGE_SIZE 4096u
#define PAGES 4u

struct xmm_registers {
	unsigned int xmm[8][4];
};

static struct xmm_registers make(unsigned int n)
{
	struct xmm_registers regs;

	for (unsigned int i = 0; i < COUNT(regs.xmm); i++)
		for (unsigned int j = 0; j < COUNT(regs.xmm[i]); j++)
			regs.xmm[i][j] = n * 0x01000193u + i * 16 + j + 1;
	return regs;
}

// Load the registers, store one of them at each page of `memory`, which makes the kernel bring the
// page, and return what the registers hold afterwards.
static struct xmm_registers touch(const struct xmm_registers *regs, char *memory)
{
	char *end = memory + PAGES * PAGE_SIZE;
	struct xmm_registers after;

	asm volatile("movups (%2), %%xmm0\n\t"
	             "movups 16(%2), %%xmm1\n\t"
	             "movups 32(%2), %%xmm2\n\t"
	             "movups 48(%2), %%xmm3\n\t"
	             "movups 64(%2), %%xmm4\n\t"
	             "movups 80(%2), %%xmm5\n\t"
	             "movups 96(%2), %%xmm6\n\t"
	             "movups 112(%2), %%xmm7\n"
	             "1:\n\t"
	             "movups %%xmm0, (%0)\n\t"
	             "addl $4096, %0\n\t"
	             "cmpl %1, %0\n\t"
	             "jne 1b\n\t"
	             "movups %%xmm0, (%3)\n\t"
	             "movups %%xmm1, 16(%3)\n\t"
	             "movups %%xmm2, 32(%3)\n\t"
	             "movups %%xmm3, 48(%3)\n\t"
	             "movups %%xmm4, 64(%3)\n\t"
	             "movups %%xmm5, 80(%3)\n\t"
	             "movups %%xmm6, 96(%3)\n\t"
	             "movups %%xmm7, 112(%3)"
	             : "+r"(memory)
	             : "r"(end), "r"(regs), "r"(&after)
	             : "memory", "cc");
	return after;
}

static void try(const char *what, char *memory, unsigned int n)
{
	struct xmm_registers regs = make(n), after = touch(&regs, memory);
	int stored = 0;

	check(what, memcmp(&regs, &after, sizeof(regs)) == 0);
	for (size_t i = 0; i < PAGES; i++)
		stored += memcmp(memory + i * PAGE_SIZE, regs.xmm[0], sizeof(regs.xmm[0])) == 0;
	say("%s: %d of %u pages hold what was stored\n", what, stored, PAGES);
}

// What a program finds that has used no register of SSE before.
static int fresh(void)
{
	static const unsigned int zero[4];
	unsigned int found[4];

	asm volatile("movups %%xmm0, %0" : "=m"(found) : : "memory");
	return memcmp(found, zero, sizeof(zero)) != 0;
}

int main(int argc, char **argv)
{
	char *new_argv[] = { argv[0], "x", NULL }, *memory;
	int status;

	if (argc > 1) {
		check("a new program finds zeroes", fresh() == 0);
		return 0;
	}
	memory = mmap(NULL, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	              -1, 0);
	try("new pages", memory, 1);
	if (fork() == 0) {
		try("copied pages", memory, 2);
		_exit(0);
	}
	wait(&status);
	show_status("the child", status);
	try("pages that were shared", memory, 3);
	execve((char *)getauxval(AT_EXECFN), new_argv, NULL);
	return 1;
}
