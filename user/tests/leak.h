// What the tests share that look for leaks: an operation, many times, must leave exactly as much free
// memory as there was. (They are never run elsewhere, where others take memory at the same time.)
#pragma once

#include "test.h"
#include <sys/sysinfo.h>

static inline unsigned long free_memory(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return info.freeram;
}

// Do it `warm_up` times, for what is kept for the next time, and then `times` times.
static inline void show_leak(void (*operation)(int i), int warm_up, int times)
{
	unsigned long before;
	int i;

	for (i = 0; i < warm_up; i++)
		operation(i);
	before = free_memory();
	for (i = 0; i < times; i++)
		operation(i);
	say("free memory changed by %ld\n", (long)(free_memory() - before));
}
