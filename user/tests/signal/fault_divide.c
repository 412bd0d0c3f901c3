// Arithmetic that the processor refuses: vectors 0 (#DE), 4 (#OF), 5 (#BR).

#include "test.h"

static void divide_by_zero(void)
{
	asm volatile("xorl %%ecx, %%ecx\n\tdivl %%ecx" : : : "eax", "ecx", "edx");
}

static void quotient_too_large(void)
{
	asm volatile("movl $2, %%edx\n\txorl %%eax, %%eax\n\tmovl $2, %%ecx\n\tdivl %%ecx"
	             :
	             :
	             : "eax", "ecx", "edx");
}

static void least_by_minus_one(void)
{
	asm volatile("movl $0x80000000, %%eax\n\tcltd\n\tmovl $-1, %%ecx\n\tidivl %%ecx"
	             :
	             :
	             : "eax", "ecx", "edx");
}

static void overflow(void)
{
	asm volatile("movl $0x7fffffff, %%eax\n\taddl $1, %%eax\n\tinto" : : : "eax", "cc");
}

static void no_overflow(void)
{
	asm volatile("xorl %%eax, %%eax\n\tinto" : : : "eax", "cc");
}

static const int bounds[2] = { 1, 10 };

// bound %eax, (%ecx), which assemblers spell differently
#define BOUND ".byte 0x62, 0x01"

static void out_of_bounds(void)
{
	asm volatile(BOUND : : "a"(11), "c"(bounds), "m"(bounds));
}

static void within_bounds(void)
{
	asm volatile(BOUND : : "a"(10), "c"(bounds), "m"(bounds));
}

static void adjust_by_zero(void)
{
	asm volatile("aam $0" : : : "eax");
}

int main(void)
{
	show_child("div by zero", divide_by_zero);
	show_child("div, quotient too large", quotient_too_large);
	show_child("idiv of the least number by -1", least_by_minus_one);
	show_child("aam by zero", adjust_by_zero);
	show_child("into after an overflow", overflow);
	show_child("into without one", no_overflow);
	show_child("bound, outside", out_of_bounds);
	show_child("bound, inside", within_bounds);
	divide_by_zero();
	return 0;
}
