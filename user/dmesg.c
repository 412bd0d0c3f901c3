// dmesg [-cCr]: print the kernel's messages. -c: and clear them; -C: only clear them; -r: with
// their levels.

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

enum { READ_ALL = 3, READ_CLEAR = 4, CLEAR = 5, SIZE_BUFFER = 10 }; // syslog(2)

static int complain(void)
{
	fprintf(stderr, "dmesg: %s\n", strerror(errno));
	return 1;
}

// Print `n` bytes of lines that begin with a level, "<6>", without it.
static void print_without_levels(const char *text, size_t n)
{
	bool begins = true;

	for (size_t i = 0; i < n; i++) {
		if (begins && text[i] == '<')
			while (i < n && text[i] != '>')
				i++;
		else
			putchar(text[i]);
		begins = text[i] == '\n';
	}
}

int main(int argc, char **argv)
{
	int action = READ_ALL, option, size, n;
	bool levels = false;
	char *text;

	while ((option = getopt(argc, argv, "cCr")) != -1) {
		if (option == '?' || optind > argc) {
			fputs("usage: dmesg [-c | -C] [-r]\n", stderr);
			return 2;
		}
		if (option == 'r')
			levels = true;
		else
			action = option == 'c' ? READ_CLEAR : CLEAR;
	}
	if (action == CLEAR)
		return klogctl(CLEAR, NULL, 0) < 0 ? complain() : 0;
	size = klogctl(SIZE_BUFFER, NULL, 0);
	text = size < 0 ? NULL :
	                  malloc((size_t)size * 2); // levels take more room than in the kernel
	n = text ? klogctl(action, text, size * 2) : -1;
	if (n < 0)
		return complain();
	if (levels)
		fwrite(text, 1, (size_t)n, stdout);
	else
		print_without_levels(text, (size_t)n);
	return 0;
}
