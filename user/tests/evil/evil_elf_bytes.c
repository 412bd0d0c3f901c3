// limit: 20
// A program with each byte of its headers changed, in several ways.

#include "evil_elf.h"

int main(void)
{
	static const unsigned char masks[] = { 0x01, 0x02, 0x10, 0x80, 0xff };
	struct elf_counts counts = { 0 };
	size_t headers;

	evil_begin();
	elf_load();
	headers = sizeof(Elf32_Ehdr) + ((Elf32_Ehdr *)elf_good)->e_phnum * sizeof(Elf32_Phdr);
	for (size_t at = 0; at < headers; at++) {
		for (size_t i = 0; i < COUNT(masks); i++) {
			elf_bad[at] ^= masks[i];
			elf_try(elf_size, &counts);
		}
	}
	check("every change was tried",
	      counts.refused + counts.ran + counts.killed == (int)(headers * COUNT(masks)));
	check("some are refused, some run", counts.refused > 50 && counts.ran > 50);
	return evil_end();
}
