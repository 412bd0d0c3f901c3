// What the tests of a machine without memory share (evil_oom_*.c: 32 MiB).
#pragma once

#include "leak.h"
#include <stdbool.h>
#include <sys/mman.h>

#define PAGE 4096
#define MIB 256 // pages

static inline char *map_pages(size_t pages, int flags)
{
	char *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1,
	                    0);

	if (memory == MAP_FAILED)
		say("mmap: %s\n", error_name(errno));
	return memory;
}

static inline void touch_pages(char *memory, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		memory[i * PAGE] = (char)i;
}

static inline bool pages_intact(const char *memory, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		if (memory[i * PAGE] != (char)i)
			return false;
	return true;
}

// Wait for a child, and say how it ended.
static inline void say_end(const char *what, pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid)
		say("%s: no such child\n", what);
	else if (WIFSIGNALED(status))
		say("%s: signal %d\n", what, WTERMSIG(status));
	else
		say("%s: exit %d\n", what, WEXITSTATUS(status));
}
