// syslog: what it refuses, and that a log which was cleared is empty.

#include "test.h"
#include <sys/mman.h>

enum { CLOSE, OPEN, READ, READ_ALL, READ_CLEAR, CLEAR, SIZE_BUFFER = 10 };

static char text[1 << 20];

static long log_call(int action, void *buffer, long size)
{
	return syscall(SYS_syslog, action, buffer, size);
}

int main(void)
{
	char *nothing = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long n;

	munmap(nothing, 4096);
	show("action -1", log_call(-1, text, 10));
	show("action 11", log_call(11, text, 10));
	show("open", log_call(OPEN, NULL, -1));
	show("close", log_call(CLOSE, NULL, -1));
	show("read without a buffer", log_call(READ, NULL, 10));
	show("read a negative size", log_call(READ, text, -1));
	show("read all without a buffer", log_call(READ_ALL, NULL, 10));
	show("read all of a negative size", log_call(READ_ALL, text, -1));
	show("read none", log_call(READ_ALL, text, 0));
	show("read none to nowhere", log_call(READ_ALL, nothing, 0));
	show("read one byte", log_call(READ_ALL, text, 1));
	show("read to a kernel address", log_call(READ_ALL, (void *)0xfffff000, 1 << 20));
	show("read to nowhere", log_call(READ_ALL, nothing, 1 << 20));
	check("there is a size", log_call(SIZE_BUFFER, NULL, 0) > 0);
	n = log_call(READ_ALL, text, sizeof(text));
	check("there are messages", n > 0);
	check("they begin with a level", text[0] == '<' && strchr(text, '>'));
	check("they end with a line", n > 0 && text[n - 1] == '\n');
	check("a little less is fewer lines", log_call(READ_ALL, text, n - 1) < n - 1);
	check("they begin with a level", text[0] == '<' && strchr(text, '>'));
	check("reading clears nothing", log_call(READ_CLEAR, text, sizeof(text)) == n);
	show("cleared", log_call(READ_ALL, text, sizeof(text)));
	show("clear without a buffer", log_call(READ_CLEAR, NULL, 10));
	show("clear", log_call(CLEAR, NULL, 0));
	show("cleared", log_call(READ_ALL, text, sizeof(text)));
	return 0;
}
