// Floating-point errors that a program asks for: vector 16 (#MF). QEMU's emulated
// processor raises neither #XM nor the FPU's stack faults, so these are not tried.

#include "test.h"

static const double one = 1.0, zero = 0.0;

static void x87_divide(const unsigned short *control)
{
	asm volatile("fninit\n\tfldcw %0\n\tfldl %1\n\tfdivl %2\n\tfwait\n\tfstp %%st(0)"
	             :
	             : "m"(*control), "m"(one), "m"(zero));
}

static void x87_masked(void)
{
	static const unsigned short control = 0x37f;

	x87_divide(&control);
}

static void x87_unmasked(void)
{
	static const unsigned short control = 0x37b;

	x87_divide(&control);
}

static void sse_divide(const unsigned int *mxcsr)
{
	asm volatile("ldmxcsr %0\n\tmovsd %1, %%xmm0\n\tdivsd %2, %%xmm0"
	             :
	             : "m"(*mxcsr), "m"(one), "m"(zero));
}

static void sse_masked(void)
{
	static const unsigned int mxcsr = 0x1f80;

	sse_divide(&mxcsr);
}

int main(void)
{
	show_child("x87, masked", x87_masked);
	show_child("x87, unmasked", x87_unmasked);
	show_child("SSE, masked", sse_masked);
	return 0;
}
