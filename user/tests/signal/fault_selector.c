// Segment registers: what a program may load, and what it may not. (That a null selector cannot be
// used is not tried: QEMU's emulated processor lets it pass.)

#include "test.h"

static unsigned int selector;

static void load_ds(void)
{
	asm volatile("movw %w0, %%ds" : : "r"(selector));
}

static void load_es(void)
{
	asm volatile("movw %w0, %%es" : : "r"(selector));
}

static void load_ss(void)
{
	asm volatile("movw %w0, %%ss" : : "r"(selector));
}

static void far_jump(void)
{
	unsigned int target[2];

	asm volatile("movl $1f, (%0)\n\tmovl %1, 4(%0)\n\tljmpl *(%0)\n1:"
	             :
	             : "r"(target), "r"(selector)
	             : "memory");
}

static void try(const char *what, unsigned int value)
{
	char line[64];

	selector = value;
	snprintf(line, sizeof(line), "ds = %s", what);
	show_child(line, load_ds);
	snprintf(line, sizeof(line), "es = %s", what);
	show_child(line, load_es);
	snprintf(line, sizeof(line), "ss = %s", what);
	show_child(line, load_ss);
	snprintf(line, sizeof(line), "cs = %s", what);
	show_child(line, far_jump);
}

// What the kernel needs in ds and es, it must load itself.
static void call_with_null_segments(void)
{
	asm volatile("pushl %%ds\n\t"
	             "pushl %%es\n\t"
	             "xorl %%eax, %%eax\n\t"
	             "movw %%ax, %%ds\n\t"
	             "movw %%ax, %%es\n\t"
	             "movl %0, %%eax\n\t"
	             "int $0x80\n\t"
	             "popl %%es\n\t"
	             "popl %%ds"
	             :
	             : "i"(SYS_getpid)
	             : "eax", "memory");
	say("a call with null in ds and es: fine\n");
}

static void iret_to_kernel(void)
{
	asm volatile("pushfl\n\tpushl $8\n\tpushl $0xc0100000\n\tiret");
}

int main(void)
{
	unsigned int cs, ds;

	asm volatile("movl %%cs, %0\n\tmovl %%ds, %1" : "=r"(cs), "=r"(ds));
	check("the program runs with privilege 3", (cs & 3) == 3);
	try("null", 0);
	try("null with privilege 3", 3);
	try("beyond the table", 0xfff8 | 3);
	try("a local one", 0x7 | 4);
	try("the code segment", cs);
	try("the data segment", ds);
	try("the data segment without privilege", ds & ~3u);
	show_child("a system call with null segments", call_with_null_segments);
	show_child("iret into the kernel", iret_to_kernel);
	return 0;
}
