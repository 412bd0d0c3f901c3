// Segments for thread-local storage: each process has its own, and they survive fork.

#include "test.h"
#include <asm/ldt.h>

static int area1[4] = { 11, 12, 13, 14 };
static int area2[4] = { 21, 22, 23, 24 };

static void load_gs(unsigned int entry)
{
	asm volatile("movw %w0, %%gs" : : "r"(entry * 8 + 3));
}

static int read_gs(int index)
{
	int value;

	asm volatile("movl %%gs:(%1), %0" : "=r"(value) : "r"(index * 4));
	return value;
}

static struct user_desc description(void *base)
{
	return (struct user_desc){ .entry_number = -1u,
		                   .base_addr = (unsigned int)(uintptr_t)base,
		                   .limit = 0xfffff,
		                   .seg_32bit = 1,
		                   .limit_in_pages = 1,
		                   .useable = 1 };
}

static unsigned int first_entry;

// The child changes its copy of the first segment, and keeps it while the processes switch.
static void in_child(void)
{
	struct user_desc desc = description(area2);
	int i, wrong = 0;

	desc.entry_number = first_entry;
	say("child inherits %d\n", read_gs(2));
	show("child changes it", syscall(SYS_set_thread_area, &desc));
	load_gs(first_entry);
	for (i = 0; i < 1000000; i++)
		wrong += read_gs(1) != 22;
	say("wrong in the child: %d\n", wrong);
}

static void under_switches(void)
{
	int i, wrong = 0;

	if (fork() == 0) {
		in_child();
		_exit(0);
	}
	for (i = 0; i < 2000000; i++)
		wrong += read_gs(1) != 12;
	wait(NULL);
	say("wrong in the parent: %d\n", wrong);
}

int main(void)
{
	struct user_desc first = description(area1), second = description(area2), bad;

	show("set_thread_area", syscall(SYS_set_thread_area, &first));
	first_entry = first.entry_number;
	load_gs(first_entry);
	say("gs reads %d %d\n", read_gs(0), read_gs(3));
	area1[0] = 111;
	say("and sees changes: %d\n", read_gs(0));

	show("another one", syscall(SYS_set_thread_area, &second));
	check("has another number", second.entry_number == first.entry_number + 1);
	load_gs(second.entry_number);
	say("gs reads %d\n", read_gs(1));
	load_gs(first.entry_number);
	say("the first one still reads %d\n", read_gs(1));

	second.base_addr = (unsigned int)(uintptr_t)(area2 + 1);
	show("changing the second", syscall(SYS_set_thread_area, &second));
	load_gs(second.entry_number);
	say("gs reads %d\n", read_gs(1));
	load_gs(first.entry_number);

	bad = first;
	bad.entry_number = 3;
	show("a number that is not ours", syscall(SYS_set_thread_area, &bad));
	bad.entry_number = 100;
	show("a number that does not exist", syscall(SYS_set_thread_area, &bad));
	bad.entry_number = -1u;
	show("a third one", syscall(SYS_set_thread_area, &bad));
	bad.entry_number = -1u;
	show("there is no fourth", syscall(SYS_set_thread_area, &bad));

	under_switches();
	return 0;
}
