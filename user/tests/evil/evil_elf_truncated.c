// limit: 20
// A program cut off behind each byte of its headers, and in steps behind those; one of nothing; one
// of zeros.

#include "evil_elf.h"

int main(void)
{
	struct elf_counts headers = { 0 }, rest = { 0 }, zeros = { 0 };
	size_t size;

	evil_begin();
	elf_load();
	for (size = 0; size < sizeof(Elf32_Ehdr) + 2 * sizeof(Elf32_Phdr); size++)
		elf_try(size, &headers);
	elf_say("cut off in the headers", &headers);
	for (; size < elf_size; size += 97)
		elf_try(size, &rest);
	check("cut off behind them", rest.refused + rest.ran + rest.killed > 0);
	for (size = 0; size < 2 * PAGE; size += 500) {
		memset(elf_bad, 0, size);
		elf_try(size, &zeros);
	}
	check("zeros are no program", zeros.ran == 0 && zeros.killed == 0);
	return evil_end();
}
