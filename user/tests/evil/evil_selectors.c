// limit: 20
// All 65,536 selectors into each segment register: a program may load its own segments, and null
// into those that need not be used.

#include "evil.h"

static volatile uint32_t selector;
static struct {
	uint32_t offset;
	uint16_t selector;
} far;

// The handler's flat segments come back with its return: what is left behind in DS and ES must not
// reach our own code.
#define LOAD(name, reg)                                        \
	static void name(void)                                 \
	{                                                      \
		asm volatile("movl %0, %%eax\n\t"              \
		             "movl %%ds, %%ecx\n\t"            \
		             "movl %%es, %%edx\n\t"            \
		             "movw %%ax, %%" reg "\n\t"        \
		             "movw %%cx, %%ds\n\t"             \
		             "movw %%dx, %%es"                 \
		             :                                 \
		             : "m"(selector)                   \
		             : "eax", "ecx", "edx", "memory"); \
	}

LOAD(load_ds, "ds")
LOAD(load_es, "es")
LOAD(load_fs, "fs")
LOAD(load_gs, "gs")
LOAD(load_ss, "ss")

static void load_cs(void)
{
	far.selector = (uint16_t)selector;
	asm volatile("movl $1f, %0\n\tljmpl *%0\n1:" : "=m"(far.offset) : "m"(far) : "memory");
}

static void try_all(const char *what, void (*load)(void))
{
	volatile uint32_t loaded = 0, sum = 0;

	for (selector = 0; selector < 0x10000; selector++) {
		int signo = survive();

		if (signo)
			continue;
		load();
		loaded++;
		sum += selector & ~3u;
	}
	say("%s: %u can be loaded, their sum is %#x\n", what, loaded, sum);
}

int main(void)
{
	evil_begin();
	catch_faults();
	try_all("ds", load_ds);
	try_all("es", load_es);
	try_all("fs", load_fs);
	try_all("gs", load_gs);
	try_all("ss", load_ss);
	try_all("cs", load_cs);
	return evil_end();
}
