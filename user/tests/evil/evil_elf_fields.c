// limit: 20
// A program with each field of its headers at every value that is interesting.

#include "evil_elf.h"

static const uint32_t values[] = { 0,          1,           2,          3,          0x1f,
	                           0x20,       0x34,        0x7fff,     0xfff,      0x1000,
	                           0x1001,     0x10000,     0x08048000, 0x40000000, 0x7fffffff,
	                           0x80000000, ULIM - PAGE, ULIM - 1,   ULIM,       KERNEL_TEXT,
	                           0xf8000000, 0xfffff000,  0xffffffff };

// Every field of `count` words at `at`, of `width` bytes each.
static void try_fields(const char *what, size_t at, size_t count, size_t width)
{
	struct elf_counts counts = { 0 };

	for (size_t field = 0; field < count; field++) {
		for (size_t i = 0; i < COUNT(values); i++) {
			memcpy(elf_bad + at + field * width, &values[i], width);
			elf_try(elf_size, &counts);
		}
	}
	elf_say(what, &counts);
}

int main(void)
{
	const size_t first = sizeof(Elf32_Ehdr), second = first + sizeof(Elf32_Phdr);

	evil_begin();
	elf_load();
	try_fields("type and machine", 16, 2, 2);
	try_fields("version", 20, 1, 4);
	try_fields("entry", 24, 1, 4);
	try_fields("where the program headers are", 28, 1, 4);
	try_fields("sizes and numbers", 40, 3, 2);
	try_fields("sections", 46, 3, 2);
	try_fields("the first segment", first, 8, 4);
	try_fields("the second segment", second, 8, 4);
	return evil_end();
}
