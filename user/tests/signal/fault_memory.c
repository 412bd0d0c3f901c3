// Reading, writing and jumping where a program has no memory: vector 14 (#PF).

#include "test.h"

static uintptr_t address;

static void read_there(void)
{
	*(volatile const char *)address;
}

static void write_there(void)
{
	*(volatile char *)address = 1;
}

static void jump_there(void)
{
	((void (*)(void))address)();
}

static void try(const char *what, uintptr_t where)
{
	char line[64];

	address = where;
	snprintf(line, sizeof(line), "read %s", what);
	show_child(line, read_there);
	snprintf(line, sizeof(line), "write %s", what);
	show_child(line, write_there);
	snprintf(line, sizeof(line), "jump %s", what);
	show_child(line, jump_there);
}

int main(void)
{
	static const char constant[] = "constant";

	try("NULL", 0);
	try("the first page's end", 0xfff);
	try("an unmapped page", 0x20000000);
	try("the kernel's start", 0xc0000000);
	try("the kernel's code", 0xc0100000);
	try("the kernel's stacks", 0xf8001000);
	try("the devices", 0xfee00000);
	try("the last byte", 0xffffffff);
	address = (uintptr_t)jump_there;
	show_child("write the program's code", write_there);
	address = (uintptr_t)constant;
	show_child("write a constant", write_there);
	return 0;
}
