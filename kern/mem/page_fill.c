// page_fill.c: filling a page with zeroes, and copying a page. Where the processor has SSE, an
// instruction moves 16 bytes instead of 4.
//
// The kernel is compiled without SSE, because its registers are the program's (cpu/fpu.h). So the two
// functions borrow some of them and put their values back. Nothing uses the registers meanwhile:
// interrupts are off in the kernel, and an access to the linear map does not fault.
#include "cpu/fpu.h"
#include "cpu/smep_smap.h"
#include "cpu/x86.h"
#include "mem/page.h"

// Bytes that one turn of a loop moves.
#define TURN 128

// Store zeroes in the page at `va`. The first instructions of a turn write its first bytes: `at` is
// the offset of the turn from the page's end, and so rises to 0.
static void clear_by_sse(char *va)
{
	struct fpu_borrowed saved;
	int32_t at = -PAGE_SIZE;

	fpu_borrow(&saved);
	__asm__ volatile("xorps %%xmm0, %%xmm0\n"
	                 "1:\n\t"
	                 ".set offset, 0\n\t"
	                 ".rept %c[turn] / 16\n\t"
	                 "movaps %%xmm0, offset(%[end], %[at])\n\t"
	                 ".set offset, offset + 16\n\t"
	                 ".endr\n\t"
	                 "addl %[turn], %[at]\n\t"
	                 "jnz 1b"
	                 : [at] "+r"(at)
	                 : [end] "r"(va + PAGE_SIZE), [turn] "i"(TURN)
	                 : "memory", "cc");
	fpu_return(&saved);
}

// Copy the page at `from` to `to`, in turns as clear_by_sse. Four loads come before four stores: QEMU
// takes longer where they alternate.
static void copy_by_sse(char *to, const char *from)
{
	struct fpu_borrowed saved;
	int32_t at = -PAGE_SIZE;

	fpu_borrow(&saved);
	__asm__ volatile(
		"1:\n\t"
		".set offset, 0\n\t"
		".rept %c[turn] / 64\n\t"
		"movaps offset(%[from_end], %[at]), %%xmm0\n\t"
		"movaps offset + 16(%[from_end], %[at]), %%xmm1\n\t"
		"movaps offset + 32(%[from_end], %[at]), %%xmm2\n\t"
		"movaps offset + 48(%[from_end], %[at]), %%xmm3\n\t"
		"movaps %%xmm0, offset(%[end], %[at])\n\t"
		"movaps %%xmm1, offset + 16(%[end], %[at])\n\t"
		"movaps %%xmm2, offset + 32(%[end], %[at])\n\t"
		"movaps %%xmm3, offset + 48(%[end], %[at])\n\t"
		".set offset, offset + 64\n\t"
		".endr\n\t"
		"addl %[turn], %[at]\n\t"
		"jnz 1b"
		: [at] "+r"(at)
		: [end] "r"(to + PAGE_SIZE), [from_end] "r"(from + PAGE_SIZE), [turn] "i"(TURN)
		: "memory", "cc");
	fpu_return(&saved);
}

void page_clear_at(void *va)
{
	if (cpu_has_sse)
		clear_by_sse(va);
	else
		stosl(va, 0, PAGE_SIZE / 4);
}

void page_copy_at(void *to, const void *from)
{
	if (cpu_has_sse)
		copy_by_sse(to, from);
	else
		movsl(to, from, PAGE_SIZE / 4);
}
