// select with sets of many shapes, without waiting and with a short wait: which bits come back.

#include "test.h"
#include <sys/mman.h>

#define WORDS 32 // room for 1,024 descriptors

struct set {
	uint32_t bits[WORDS];
};

static int reader, writer; // the ends of a pipe

static void add(struct set *set, int fd)
{
	set->bits[fd / 32] |= 1u << fd % 32;
}

// What is left of a set: the descriptors, by name where there is one.
static void picture(const char *name, const struct set *set)
{
	say(" %s:", name);
	for (int fd = 0; fd < WORDS * 32; fd++)
		if (set->bits[fd / 32] >> fd % 32 & 1)
			say(" %d", fd);
}

static long call(int n, void *in, void *out, void *except, long microseconds)
{
	long timeout[2] = { 0, microseconds };

	return syscall(SYS__newselect, n, in, out, except, timeout);
}

// Perform a select twice: without waiting, and with 1 ms.
static void try(const char *what, int n, const struct set *in, const struct set *out,
                const struct set *except)
{
	for (long wait = 0; wait <= 1000; wait += 1000) {
		struct set sets[3];
		long result;

		memset(sets, 0, sizeof(sets));
		if (in)
			sets[0] = *in;
		if (out)
			sets[1] = *out;
		if (except)
			sets[2] = *except;
		result = call(n, in ? &sets[0] : NULL, out ? &sets[1] : NULL,
		              except ? &sets[2] : NULL, wait);
		say("%s%s: ", what, wait ? ", 1 ms" : "");
		if (result < 0)
			say("%s,", error_name(errno));
		else
			say("%ld,", result);
		picture("in", &sets[0]);
		picture("out", &sets[1]);
		picture("except", &sets[2]);
		say("\n");
	}
}

static void shapes(void)
{
	struct set both = { 0 }, none = { 0 }, far = { 0 };

	add(&both, reader);
	add(&both, writer);
	try("no set", 0, NULL, NULL, NULL);
	try("no set, but a number", 64, NULL, NULL, NULL);
	try("empty sets", 64, &none, &none, &none);
	try("an empty pipe", 64, &both, &both, &both);
	write(writer, "x", 1);
	try("a byte in it", 64, &both, &both, &both);
	try("only those to read", 64, &both, NULL, NULL);
	try("only those to write", 64, NULL, &both, NULL);
	try("bits from n on", writer, &both, &both, NULL);
	add(&far, writer);
	add(&far, 300);
	add(&far, 1023);
	dup2(reader, 300);
	dup2(writer, 1023);
	try("far apart", 1024, &far, &far, NULL);
	try("up to 301", 301, &far, &far, NULL);
	try("up to 256", 256, &far, &far, NULL);
	try("up to 257", 257, &far, &far, NULL);
	close(300);
	try("one is closed", 1024, &far, NULL, NULL);
	try("the closed one lies beyond", 300, &far, &far, NULL);
	close(1023);
}

static void wild(void)
{
	void *nowhere = (void *)0xFFFFFFF0, *hole = (void *)0x10000;
	struct set *fixed = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                         -1, 0);

	show("no descriptor, wild sets", call(0, nowhere, hole, nowhere, 0));
	show("one descriptor, wild set", call(1, nowhere, NULL, NULL, 0));
	show("one descriptor, a hole", call(1, NULL, hole, NULL, 0));
	show("the third is wild", call(1, fixed, fixed, nowhere, 0));
	add(fixed, reader);
	mprotect(fixed, 4096, PROT_READ);
	show("a set that cannot be written", call(64, fixed, NULL, NULL, 0));
	show("a negative number", call(-1, NULL, NULL, NULL, 0));
}

static void ends(void)
{
	struct set only = { 0 };
	char byte;

	add(&only, reader);
	close(writer);
	try("a byte and no writer", 64, &only, NULL, &only);
	read(reader, &byte, 1);
	try("no writer", 64, &only, NULL, &only);
}

int main(void)
{
	int fds[2];

	pipe(fds);
	reader = dup2(fds[0], 20);
	writer = dup2(fds[1], 40);
	close(fds[0]);
	close(fds[1]);
	shapes();
	wild();
	ends();
	return 0;
}
