// Instructions that do not exist, or not in this form: vector 6 (#UD).

#include "test.h"

static void ud2(void)
{
	asm volatile("ud2");
}

static void undefined(void)
{
	asm volatile(".byte 0x0f, 0xff, 0xc0");
}

static void lock_without_memory(void)
{
	asm volatile(".byte 0xf0, 0x90");
}

static void too_long(void)
{
	asm volatile(".fill 15, 1, 0x66\n\tnop");
}

int main(void)
{
	show_child("ud2", ud2);
	show_child("an undefined one", undefined);
	show_child("lock nop", lock_without_memory);
	show_child("one of 16 bytes", too_long);
	return 0;
}
