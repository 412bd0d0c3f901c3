// What cannot be executed, and why.

#include "test.h"
#include <elf.h>
#include <stddef.h>
#include <sys/auxv.h>

static char *const argv[] = { "x", NULL };

static void try(const char *what, const char *path)
{
	show(what, execve(path, argv, NULL));
}

// A file with these bytes, that may be executed.
static void try_bytes(const char *what, const void *bytes, size_t n)
{
	int fd = open("/tmp/file", O_WRONLY | O_CREAT | O_TRUNC, 0755);

	write(fd, bytes, n);
	close(fd);
	try(what, "/tmp/file");
}

// A copy of this program's first page with one byte changed.
static void try_changed(const char *what, size_t offset, unsigned char value)
{
	char page[4096];

	memcpy(page, (const void *)0x08048000, sizeof(page));
	page[offset] = (char)value;
	try_bytes(what, page, sizeof(page));
}

static void try_long_arguments(void)
{
	static char argument[131073];
	char *one[] = { argument, NULL }, *many[200];
	size_t i;

	memset(argument, 'x', 131072);
	show("an argument of 128 KiB", execve("/bin/true", one, NULL));
	argument[100000] = '\0';
	for (i = 0; i < COUNT(many) - 1; i++)
		many[i] = argument;
	many[i] = NULL;
	show("20 MB of arguments", execve("/bin/true", many, NULL));
}

int main(void)
{
	static char name[300], path[5000];

	memset(name, 'n', sizeof(name) - 1);
	memset(path, '/', sizeof(path) - 1);
	try("no such file", "/bin/nosuch");
	try("no such directory", "/nosuch/true");
	try("the empty path", "");
	try("a file as a directory", "/bin/true/x");
	try("a directory", "/bin");
	try("a name that is too long", name);
	try("a path that is too long", path);
	make_file("/tmp/plain", "text");
	try("a file without permission", "/tmp/plain");
	try("a device", "/dev/null");

	try_bytes("an empty file", "", 0);
	try_bytes("some text", "hello, world\n", 13);
	try_bytes("only the magic", ELFMAG, SELFMAG);
	try_changed("another machine", offsetof(Elf32_Ehdr, e_machine), 8);
	try_changed("a relocatable file", offsetof(Elf32_Ehdr, e_type), ET_REL);
	try_changed("program headers of a wrong size", offsetof(Elf32_Ehdr, e_phentsize), 33);
	try_changed("no program headers", offsetof(Elf32_Ehdr, e_phnum), 0);
	try_long_arguments();
	say("still here\n");
	return 0;
}
