// What the auxiliary vector says to a new program.

#include "test.h"
#include <elf.h>
#include <sys/auxv.h>

static void check_entry(const char *name, unsigned long type, unsigned long value)
{
	if (getauxval(type) != value)
		say("%s is 0x%lx, not 0x%lx\n", name, getauxval(type), value);
	else
		say("%s is right\n", name);
}

// AT_RANDOM: sixteen bytes, different for each program that is started. Not all zero is what can be
// checked here.
static bool has_random_bytes(void)
{
	const unsigned char *bytes = (const unsigned char *)getauxval(AT_RANDOM);
	int i, sum = 0;

	for (i = 0; i < 16; i++)
		sum += bytes[i];
	return sum != 0;
}

int main(int argc, char **argv, char **envp)
{
	const Elf32_Ehdr *header = (const Elf32_Ehdr *)0x08048000;
	char **end = envp;

	check("the program's headers are mapped", memcmp(header->e_ident, ELFMAG, SELFMAG) == 0);
	check_entry("AT_PHDR", AT_PHDR, (unsigned long)header + header->e_phoff);
	check_entry("AT_PHENT", AT_PHENT, sizeof(Elf32_Phdr));
	check_entry("AT_PHNUM", AT_PHNUM, header->e_phnum);
	check_entry("AT_ENTRY", AT_ENTRY, header->e_entry);
	check_entry("AT_PAGESZ", AT_PAGESZ, 4096);
	check_entry("AT_BASE", AT_BASE, 0);
	check_entry("AT_FLAGS", AT_FLAGS, 0);
	check_entry("AT_UID", AT_UID, getuid());
	check_entry("AT_EUID", AT_EUID, geteuid());
	check_entry("AT_GID", AT_GID, getgid());
	check_entry("AT_EGID", AT_EGID, getegid());
	check_entry("AT_SECURE", AT_SECURE, 0);
	check_entry("AT_CLKTCK", AT_CLKTCK, 100);
	check("AT_RANDOM points to random bytes", has_random_bytes());
	check("AT_HWCAP names an FPU and a TSC", (getauxval(AT_HWCAP) & 0x11) == 0x11);
	say("AT_EXECFN is \"%s\"\n", (char *)getauxval(AT_EXECFN));

	while (*end)
		end++;
	check("it lies behind the environment", ((Elf32_auxv_t *)(end + 1))->a_type != AT_NULL);
	check("at the start the stack pointer was a multiple of 16",
	      ((uintptr_t)argv - sizeof(long)) % 16 == 0);
	return argc - 1;
}
