// spoil.c: makes one argument of an operation a wrong or an unusual one. Whatever the system makes
// of it, it must not reach what the program itself needs: no valid range is longer than the window.
// Nor does a range that is only looked at wrap around, for an x86_64 Linux counts on in 64 bits.

#include "fuzz.h"

#include <sys/mman.h>

#define PICK(array) ((array)[random_below(sizeof(array) / sizeof(*(array)))])

static uint32_t spoilt_place(uint32_t place)
{
	static const uint32_t system[] = { 0xc0000000u, 0xd0000000u, 0xf0000000u, 0xf0000ffcu };

	return one_in(3) ? PICK(system) : place + 1 + random_below(PAGE - 1);
}

static uint32_t spoilt_flags(uint32_t flags)
{
	static const uint32_t types[] = {
		0, 4, 7, 15, MAP_SHARED_VALIDATE, MAP_SHARED, MAP_PRIVATE
	};
	static const uint32_t others[] = { MAP_FIXED, MAP_ANONYMOUS, MAP_FIXED_NOREPLACE,
		                           0x80,      MAP_NORESERVE, MAP_SYNC,
		                           0x200000,  0x02000000 };

	if (one_in(2))
		return (flags & ~(uint32_t)MAP_TYPE) | PICK(types);
	return flags ^ PICK(others);
}

// The value that argument `value` of the kind `letter` becomes.
static uint32_t spoilt(char letter, uint32_t value)
{
	static const uint32_t lengths[] = { 0, 0, 0xffffffffu, 0xfffff000u, 0xe0000000u };
	static const uint32_t protections[] = { 8,
		                                9,
		                                0x10,
		                                0xffffffffu,
		                                PROT_GROWSDOWN | 1,
		                                PROT_GROWSUP | 3,
		                                PROT_GROWSUP | PROT_GROWSDOWN };
	static const uint32_t remaps[] = { 2, 4, 5, 6, 7, 8, 9, 0xffffffffu };
	static const uint32_t offsets[] = { 10, 100, 0x1000, 0xfffff, 0x100000 };
	static const uint32_t advices[] = { 5, 6, 7, 26, 27, 99, 0xffffffffu, 0x10000004 };

	switch (letter) {
	case 'a':
		return spoilt_place(value);
	case 'l':
		return PICK(lengths);
	case 's':
		return one_in(2) ? 0 : value + 1;
	case 'p':
		return PICK(protections);
	case 'm':
		return spoilt_flags(value);
	case 'r':
		return PICK(remaps);
	case 'd':
		return PICK(advices);
	case 'k':
		return value | 8u << random_below(29);
	case 'y':
		return value | 8u << random_below(29);
	case 'f':
		return one_in(4) ? 0xffffffffu : random_below(FILES);
	case 'o':
		return PICK(offsets);
	default:
		return value;
	}
}

void spoil(struct op *op)
{
	const char *letters = op_kinds[op->code].args;
	uint32_t count = 0, which;

	while (letters[count])
		count++;
	if (count == 0)
		return;
	which = random_below(count);
	op->arg[which] = spoilt(letters[which], op->arg[which]);
}

// Change what is known to differ between systems; grade/differences.md has the reasons.
void keep_away(struct op *op)
{
	if (op->code == OP_MMAP || op->code == OP_OLD_MMAP) {
		if (op->arg[0] == OUT) // nothing is put at address 0
			op->arg[3] &= ~(uint32_t)(MAP_FIXED | MAP_FIXED_NOREPLACE);
		if (op->arg[4] == FILE_PIPE_IN || op->arg[4] == FILE_PIPE_OUT)
			op->arg[2] &= ~(uint32_t)PROT_EXEC;
	}
	if (op->code == OP_MREMAP) {
		if (op->arg[4] == OUT)
			op->arg[3] &= ~(uint32_t)MREMAP_FIXED;
		if (op->arg[1] > 0xfffff000u) // rounded up, that needs a 33rd bit
			op->arg[1] = 0xfffff000u;
	}
	if (op->code == OP_PATH) // words that Linux reads whole do not cross pages then
		op->arg[0] &= -8u;
	if (op->code == OP_FILE_IN || op->code == OP_FILE_OUT)
		op->arg[3] = (op->arg[3] & -PAGE) + op->arg[0] % PAGE; // see generate_file
}
