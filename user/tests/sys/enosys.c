// System calls that do not exist return ENOSYS, whatever their number. (Numbers from 0x4000 up are
// Quire's own.)

#include "test.h"

static void try(unsigned int number)
{
	char what[32];

	snprintf(what, sizeof(what), "call 0x%x", number);
	show(what, syscall((long)number, -1, -1, -1, -1, -1, -1));
}

int main(void)
{
	static const unsigned int numbers[] = {
		17,         31,         32,         35,         44,         53,         56,
		98,         137,        188,        189,        222,        223,        251,
		285,        1000,       1023,       1024,       0x3fff,     0xffff,     0x10000,
		0x7fffffff, 0x80000000, 0x80000014, 0xc0000000, 0xfffffffe, 0xffffffff, 0x40000014,
	};
	size_t i;

	for (i = 0; i < COUNT(numbers); i++)
		try(numbers[i]);
	return 0;
}
