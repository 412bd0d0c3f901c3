// limit: 20
// Programs whose segments overlap, lie in the kernel, wrap around, are enormous, or are not there.

#include "evil_elf.h"

static Elf32_Ehdr *const header = (Elf32_Ehdr *)elf_bad;
static Elf32_Phdr *const segments = (Elf32_Phdr *)(elf_bad + sizeof(Elf32_Ehdr));

static void show_try(const char *what)
{
	struct elf_counts counts = { 0 };

	elf_try(elf_size, &counts);
	say("%s: %s\n", what, counts.refused ? "refused" : counts.ran ? "ran" : "killed");
}

int main(void)
{
	evil_begin();
	elf_load();
	show_try("as it is");
	segments[1].p_vaddr = segments[0].p_vaddr;
	segments[1].p_offset = segments[0].p_offset;
	show_try("one over the other");
	segments[0].p_vaddr = KERNEL_TEXT;
	show_try("in the kernel");
	segments[0].p_vaddr = ULIM - PAGE;
	segments[0].p_memsz = 2 * PAGE;
	show_try("across the kernel's border");
	segments[0].p_vaddr = 0xfffff000;
	segments[0].p_memsz = 3 * PAGE;
	show_try("wrapping around");
	segments[0].p_memsz = 0xffffffff;
	show_try("as large as can be");
	segments[0].p_memsz = 0xb0000000;
	show_try("nearly as large");
	segments[0].p_filesz = 0x7fffffff;
	show_try("more in the file than in memory");
	segments[0].p_vaddr = 0;
	segments[0].p_offset = 0;
	show_try("at address 0");
	segments[0].p_offset = 0xfffff000;
	show_try("from the end of the numbers");
	segments[0].p_flags = 0;
	show_try("without any right");
	segments[0].p_type = PT_NULL;
	show_try("without code");
	for (int i = 0; i < header->e_phnum; i++)
		segments[i].p_type = PT_NULL;
	show_try("without segments");
	segments[0].p_type = PT_INTERP;
	segments[0].p_filesz = 0x7fffffff;
	show_try("with an interpreter of 2 GiB");
	header->e_phnum = 0xffff;
	show_try("with 65,535 segments");
	header->e_phoff = elf_size - 1;
	show_try("with headers behind the end");
	header->e_entry = KERNEL_TEXT;
	show_try("beginning in the kernel");
	header->e_entry = 0;
	show_try("beginning at 0");
	return evil_end();
}
