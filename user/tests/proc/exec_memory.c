// A new program starts with memory of its own: data as in its file, bss zero, no heap.

#include "test.h"
#include <sys/auxv.h>

static int data[2000] = { 1, [1999] = 2 };
static int bss[2000];

static bool all_zero(const int *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	char *new_argv[] = { "second", "x", NULL };
	bool ends_kept;

	say("%s program:\n", argc > 1 ? "second" : "first");
	ends_kept = data[0] == 1 && data[1999] == 2;
	check("data is as in the file", ends_kept && all_zero(data + 1, 1998));
	check("bss is zero", all_zero(bss, COUNT(bss)));
	if (argc > 1)
		return strcmp(argv[1], "x");
	memset(data, 0xff, sizeof(data));
	memset(bss, 0xff, sizeof(bss));
	memset(sbrk(8192), 0xff, 8192);
	execve((char *)getauxval(AT_EXECFN), new_argv, NULL);
	return 1;
}
