// bench_shared.h: what bench and bench_long share.
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096u

static inline uint64_t ticks(void)
{
	return __builtin_ia32_rdtsc();
}

// Print the operation that failed and errno's text, and end the program.
static inline void fail(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

// Wait for a child that must end with status 0.
static inline void wait_for_child(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail("a child");
}

// Memory for `bytes` bytes, nothing in it yet; and the end of it.
static inline void *map_memory(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		fail("mmap");
	return memory;
}

static inline void unmap_memory(void *memory, size_t bytes)
{
	if (munmap(memory, bytes) < 0)
		fail("munmap");
}

// Write to each page of it.
static inline void touch_memory(void *memory, size_t bytes)
{
	volatile char *page = memory, *end = page + bytes;

	for (; page < end; page += PAGE)
		*page = 1;
}

// Print "bench NAME VALUE" or "bench NAME/SIZE VALUE", VALUE with two digits after the point.
static inline void print_value(const char *name, uint64_t hundredths)
{
	dprintf(STDOUT_FILENO, "bench %s %llu.%02llu\n", name, (unsigned long long)hundredths / 100,
	        (unsigned long long)hundredths % 100);
}

static inline void print_at(const char *name, unsigned int size, uint64_t hundredths)
{
	char full[64];

	snprintf(full, sizeof(full), "%s/%u", name, size);
	print_value(full, hundredths);
}
