// The registers of SSE keep a program's values while the kernel copies whole pages from and to it,
// also if a copy ends in the middle because the next page is not there.

#include "uffd.h"
#include <sys/auxv.h>

#define TARGETS 8u // pages of the target

struct xmm_registers {
	unsigned int xmm[8][4];
};

static char *pages;  // two pages, and a hole after them
static char *target; // registered with `uffd`
static int uffd, ends[2], file;

// Make a system call with the registers `regs`; store what they hold afterwards in *after.
static long call_with(long number, long a, const void *b, long c, const struct xmm_registers *regs,
                      struct xmm_registers *after)
{
	long result = number;

	asm volatile("movups (%[regs]), %%xmm0\n\t"
	             "movups 16(%[regs]), %%xmm1\n\t"
	             "movups 32(%[regs]), %%xmm2\n\t"
	             "movups 48(%[regs]), %%xmm3\n\t"
	             "movups 64(%[regs]), %%xmm4\n\t"
	             "movups 80(%[regs]), %%xmm5\n\t"
	             "movups 96(%[regs]), %%xmm6\n\t"
	             "movups 112(%[regs]), %%xmm7\n\t"
	             "int $0x80\n\t"
	             "movups %%xmm0, (%[after])\n\t"
	             "movups %%xmm1, 16(%[after])\n\t"
	             "movups %%xmm2, 32(%[after])\n\t"
	             "movups %%xmm3, 48(%[after])\n\t"
	             "movups %%xmm4, 64(%[after])\n\t"
	             "movups %%xmm5, 80(%[after])\n\t"
	             "movups %%xmm6, 96(%[after])\n\t"
	             "movups %%xmm7, 112(%[after])"
	             : "+a"(result)
	             : "b"(a), "c"(b), "d"(c), [regs] "S"(regs), [after] "D"(after)
	             : "memory", "cc");
	return result;
}

// The call, its result, and whether it has left the registers alone.
static void try(const char *what, long number, long a, const void *b, long c)
{
	struct xmm_registers regs, after;
	long result;

	for (unsigned int i = 0; i < COUNT(regs.xmm); i++)
		for (unsigned int j = 0; j < COUNT(regs.xmm[i]); j++)
			regs.xmm[i][j] = (unsigned int)number * 0x01000193u + i * 16 + j + 1;
	result = call_with(number, a, b, c, &regs, &after);
	say("%s: %ld%s\n", what, result,
	    memcmp(&regs, &after, sizeof(regs)) ? ", and the registers have changed" : "");
}

static void copy_to(const char *what, unsigned int page, const char *source)
{
	struct uffdio_copy copy = { number(target + page * PAGE), number(source), PAGE, 0, 0 };

	try(what, SYS_ioctl, uffd, (const void *)UFFDIO_COPY, (long)&copy);
	say("copied: %lld\n", (long long)copy.copy);
}

// Print how many bytes from `at` on are `letter`.
static void count(const char *what, const char *at, char letter)
{
	size_t n = 0;

	while (n < PAGE && at[n] == letter)
		n++;
	say("%s: %u bytes\n", what, (unsigned int)n);
}

static void prepare(void)
{
	pages = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	target = mmap(NULL, TARGETS * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(pages + 2 * PAGE, PAGE);
	uffd = uffd_ready(0, 0);
	uffd_register(uffd, target, TARGETS * PAGE, MISSING, NULL);
	pipe(ends);
	file = open("/tmp/fpu_page_copies", O_RDWR | O_CREAT | O_TRUNC, 0600);
	memset(pages, 'a', PAGE);
}

// The second page is fresh at first: its fault comes in the middle of a copy.
static void fills(void)
{
	copy_to("a fill", 0, pages);
	count("its page", target, 'a');
	copy_to("a fill whose source is absent in the middle", 1, pages + 1000);
	count("its page", target + PAGE, 'a');
	memset(pages, 'b', 2 * PAGE);
	copy_to("a fill from an odd address", 2, pages + 3);
	count("its page", target + 2 * PAGE, 'b');
	copy_to("a fill whose source ends in the middle", 3, pages + PAGE + 100);
	copy_to("a fill of the same page", 3, pages + PAGE);
	count("its page", target + 3 * PAGE, 'b');
}

static void pipes(void)
{
	memset(pages, 'c', 2 * PAGE);
	try("a write into a pipe", SYS_write, ends[1], pages + 10, PAGE);
	memset(pages, '-', 2 * PAGE);
	try("a read from it", SYS_read, ends[0], pages + 20, PAGE);
	count("what was read", pages + 20, 'c');
	try("a write that ends in the middle", SYS_write, ends[1], pages + PAGE + 1, PAGE);
	memset(pages, 'd', 2 * PAGE);
	try("a write into it", SYS_write, ends[1], pages, PAGE);
	mprotect(pages + PAGE, PAGE, PROT_READ);
	try("a read that ends in the middle", SYS_read, ends[0], pages + 100, PAGE);
	mprotect(pages + PAGE, PAGE, RW);
}

static void files(void)
{
	char *fresh = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(pages, 'e', 2 * PAGE);
	try("a write to a file", SYS_write, file, pages, PAGE);
	try("a write that ends in the middle", SYS_write, file, pages + PAGE + 96, PAGE);
	show("its end", lseek(file, 0, SEEK_END));
	lseek(file, 0, SEEK_SET);
	try("a read into fresh pages", SYS_read, file, fresh + 5, PAGE);
	count("what was read", fresh + 5, 'e');
	lseek(file, 0, SEEK_SET);
	memset(pages, '-', 2 * PAGE);
	try("a read that ends in the middle", SYS_read, file, pages + 2 * PAGE - 1001, PAGE);
	say("%c%c%c\n", pages[2 * PAGE - 1002], pages[2 * PAGE - 1001], pages[2 * PAGE - 1]);
}

// What a program finds that uses a register of SSE for the first time, after such copies.
static void fresh_program(void)
{
	static const unsigned int zero[4];
	struct uffdio_copy copy = { number(target), number(pages), PAGE, 0, 0 };
	unsigned int found[4];

	ioctl(uffd, UFFDIO_COPY, &copy);
	write(ends[1], pages, PAGE);
	read(ends[0], pages, PAGE);
	asm volatile("movups %%xmm0, %0" : "=m"(found) : : "memory");
	check("a new program finds zeroes", memcmp(found, zero, sizeof(found)) == 0);
}

int main(int argc, char **argv)
{
	char *new_argv[] = { argv[0], "x", NULL };

	prepare();
	if (argc > 1) {
		fresh_program();
		return 0;
	}
	fills();
	pipes();
	files();
	execve((char *)getauxval(AT_EXECFN), new_argv, NULL);
	return 1;
}
