// Damaged programs: a small one made in memory, written to a file and executed.
#pragma once

#include "evil.h"
#include <elf.h>

static unsigned char elf_good[1 << 17], elf_bad[1 << 17];
static size_t elf_size;

struct elf_counts {
	int refused; // execve returned
	int ran;     // it ended by itself
	int killed;  // it was killed, or ended by a fault
};

// A program of two segments that ends with status 0.
static inline void elf_load(void)
{
	static const unsigned char code[] = { 0xb8, 0xfc, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80 };
	Elf32_Ehdr header = { .e_ident = "\177ELF\1\1\1",
		              .e_type = ET_EXEC,
		              .e_machine = EM_386,
		              .e_version = 1,
		              .e_entry = 0x08048200,
		              .e_phoff = sizeof(Elf32_Ehdr),
		              .e_ehsize = sizeof(Elf32_Ehdr),
		              .e_phentsize = sizeof(Elf32_Phdr),
		              .e_phnum = 2 };
	Elf32_Phdr text = { PT_LOAD, 0, 0x08048000, 0x08048000, PAGE, PAGE, PF_R | PF_X, PAGE };
	Elf32_Phdr data = { PT_LOAD, 0, 0x0804a000, 0x0804a000, 64, 3 * PAGE, PF_R | PF_W, PAGE };

	elf_size = 2 * PAGE;
	memcpy(elf_good, &header, sizeof(header));
	memcpy(elf_good + sizeof(header), &text, sizeof(text));
	memcpy(elf_good + sizeof(header) + sizeof(text), &data, sizeof(data));
	memcpy(elf_good + 0x200, code, sizeof(code));
	memcpy(elf_bad, elf_good, elf_size);
}

static inline void elf_exec_child(void)
{
	char *const argv[] = { "bad", NULL };

	execve("/tmp/bad", argv, NULL);
	_exit(100);
}

// Write the first `size` bytes of the damaged program, execute it, and count what became of it.
static inline void elf_try(size_t size, struct elf_counts *counts)
{
	int fd = open("/tmp/bad", O_WRONLY | O_CREAT | O_TRUNC, 0700), status;

	write(fd, elf_bad, size);
	close(fd);
	status = run_child(elf_exec_child);
	if (WIFSIGNALED(status))
		counts->killed++;
	else if (WEXITSTATUS(status) == 100)
		counts->refused++;
	else
		counts->ran++;
	unlink("/tmp/bad");
	memcpy(elf_bad, elf_good, elf_size);
}

static inline void elf_say(const char *what, const struct elf_counts *counts)
{
	say("%s: %d refused, %d ran, %d killed\n", what, counts->refused, counts->ran,
	    counts->killed);
}
