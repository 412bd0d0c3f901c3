// What only the kernel may do: vector 13 (#GP).

#include "test.h"

static char table[6];

#define INSTRUCTION(name, ...)             \
	static void name(void)             \
	{                                  \
		asm volatile(__VA_ARGS__); \
	}

INSTRUCTION(do_hlt, "hlt")
INSTRUCTION(do_cli, "cli")
INSTRUCTION(do_sti, "sti")
INSTRUCTION(do_in_byte, "inb $0x60, %%al" : : : "eax")
INSTRUCTION(do_in_long, "movw $0xcfc, %%dx\n\tinl %%dx, %%eax" : : : "eax", "edx")
INSTRUCTION(do_out, "movb $0xfe, %%al\n\toutb %%al, $0x64" : : : "eax")
INSTRUCTION(do_ins, "movw $0x60, %%dx\n\tinsb" : : "D"(table) : "edx", "memory")
INSTRUCTION(do_lgdt, "lgdt %0" : : "m"(table))
INSTRUCTION(do_lidt, "lidt %0" : : "m"(table))
INSTRUCTION(do_lldt, "lldt %w0" : : "r"(0))
INSTRUCTION(do_ltr, "ltr %w0" : : "r"(0))
INSTRUCTION(do_lmsw, "lmsw %w0" : : "r"(0))
INSTRUCTION(do_clts, "clts")
// Newer QEMUs let a program execute invd and wbinvd, which do nothing; then the hlt is refused.
INSTRUCTION(do_invd, "invd\n\thlt")
INSTRUCTION(do_wbinvd, "wbinvd\n\thlt")
INSTRUCTION(do_invlpg, "invlpg (%0)" : : "r"(table))
INSTRUCTION(do_read_cr0, "movl %%cr0, %%eax" : : : "eax")
INSTRUCTION(do_read_cr3, "movl %%cr3, %%eax" : : : "eax")
INSTRUCTION(do_write_cr3, "movl %0, %%cr3" : : "r"(0))
INSTRUCTION(do_write_cr4, "movl %0, %%cr4" : : "r"(0))
INSTRUCTION(do_read_dr7, "movl %%dr7, %%eax" : : : "eax")
INSTRUCTION(do_write_dr7, "movl %0, %%dr7" : : "r"(0))
INSTRUCTION(do_rdmsr, "rdmsr" : : "c"(0x10) : "eax", "edx")
INSTRUCTION(do_wrmsr, "wrmsr" : : "c"(0x10), "a"(0), "d"(0))

struct instruction {
	const char *name;
	void (*run)(void);
};

static const struct instruction instructions[] = {
	{ "hlt", do_hlt },
	{ "cli", do_cli },
	{ "sti", do_sti },
	{ "inb", do_in_byte },
	{ "inl", do_in_long },
	{ "outb", do_out },
	{ "insb", do_ins },
	{ "lgdt", do_lgdt },
	{ "lidt", do_lidt },
	{ "lldt", do_lldt },
	{ "ltr", do_ltr },
	{ "lmsw", do_lmsw },
	{ "clts", do_clts },
	{ "invd", do_invd },
	{ "wbinvd", do_wbinvd },
	{ "invlpg", do_invlpg },
	{ "mov from cr0", do_read_cr0 },
	{ "mov from cr3", do_read_cr3 },
	{ "mov to cr3", do_write_cr3 },
	{ "mov to cr4", do_write_cr4 },
	{ "mov from dr7", do_read_dr7 },
	{ "mov to dr7", do_write_dr7 },
	{ "rdmsr", do_rdmsr },
	{ "wrmsr", do_wrmsr },
};

int main(void)
{
	size_t i;

	for (i = 0; i < COUNT(instructions); i++)
		show_child(instructions[i].name, instructions[i].run);
	say("still here\n");
	do_hlt();
	return 0;
}
