// Programs at the edges of what may run: segments without bytes in the file, just below the stack and in
// it; as many program headers as there may be.

#include "evil_elf.h"

#define HEADERS_MAX 2048

static Elf32_Ehdr *const header = (Elf32_Ehdr *)elf_bad;
static Elf32_Phdr *const segments = (Elf32_Phdr *)(elf_bad + sizeof(Elf32_Ehdr));

static void show_try(const char *what)
{
	struct elf_counts counts = { 0 };

	elf_try(elf_size, &counts);
	say("%s: %s\n", what, counts.refused ? "refused" : counts.ran ? "ran" : "killed");
}

// The second segment is memory only, at any offset.
static void without_bytes(const char *what, uintptr_t va, uint32_t offset, size_t size)
{
	segments[1].p_filesz = 0;
	segments[1].p_vaddr = va;
	segments[1].p_offset = offset;
	segments[1].p_memsz = size;
	show_try(what);
}

static void with_headers(const char *what, unsigned int count)
{
	size_t size = elf_size;

	memcpy(elf_bad + size, segments, 2 * sizeof(*segments));
	header->e_phoff = size;
	header->e_phnum = (uint16_t)count;
	elf_size = size + count * sizeof(*segments);
	show_try(what);
	memset(elf_bad + size, 0, sizeof(elf_bad) - size);
	elf_size = size;
}

int main(void)
{
	memset(elf_bad, 1, sizeof(elf_bad)); // all memory that the test needs, before it is counted
	memset(elf_bad, 0, sizeof(elf_bad));
	elf_load();
	evil_begin();
	without_bytes("aligned", 0x08050000, 0x1000, 2 * PAGE);
	without_bytes("another offset", 0x08050000, 0x234, 2 * PAGE);
	without_bytes("beyond the end of the file", 0x08050000, 0xfffffffd, 2 * PAGE);
	without_bytes("not at a page's start", 0x08050123, 0x7, 2 * PAGE);
	without_bytes("a byte", 0x08050fff, 0, 1);
	without_bytes("up to the stack", 0xbf6ff000, 0, PAGE);
	without_bytes("a byte into it", 0xbf6ff000, 0, PAGE + 1);
	without_bytes("in it", 0xbf700000, 0, PAGE);
	without_bytes("in the middle of it", 0xbfc00000, 3, PAGE);
	without_bytes("its last page", ULIM - PAGE, 0, PAGE);
	without_bytes("its last byte", ULIM - 1, 0, 1);
	without_bytes("most of the numbers", 0xbf700000, 0, 0xfffffff0);
	without_bytes("up to the end of the numbers", ULIM - PAGE, 0, 0x40001000);
	segments[1].p_offset = 0x234;
	show_try("bytes of the file at an offset that does not fit");
	header->e_machine = EM_486;
	show_try("a program for the 486");
	header->e_machine = EM_386 + 1;
	show_try("a program for the 68000");
	with_headers("as many headers as may be", HEADERS_MAX);
	with_headers("one more", HEADERS_MAX + 1);
	return evil_end();
}
