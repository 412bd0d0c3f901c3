// What the tests of large pages share. Their size differs between systems, so it is read, and results
// are counted in pages.
#pragma once

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096u
#define RW (PROT_READ | PROT_WRITE)

static size_t large; // bytes of a large page
static size_t
	lost; // pages reserved before: Linux loses reservations when a part of a private mapping moves

// A number of /proc/meminfo.
static inline size_t meminfo(const char *name)
{
	char text[4096];
	int fd = open("/proc/meminfo", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	char *at;

	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	at = strstr(text, name);
	return at ? strtoul(at + strlen(name), NULL, 10) : 0;
}

static inline void large_pages_begin(void)
{
	large = meminfo("Hugepagesize:") * 1024;
	lost = meminfo("HugePages_Rsvd:");
}

// Print the state of the pool, without what was lost before.
static inline void pool(const char *what)
{
	say("%s: %zu free, %zu reserved\n", what, meminfo("HugePages_Free:") - lost,
	    meminfo("HugePages_Rsvd:") - lost);
}

// Map `n` large pages; more flags. Says so if that fails.
static inline char *map_large(const char *what, size_t n, int flags)
{
	char *at = mmap(NULL, n * large, RW, MAP_ANONYMOUS | MAP_HUGETLB | flags, -1, 0);

	if (at == MAP_FAILED)
		say("%s: %s\n", what, error_name(errno));
	return at == MAP_FAILED ? NULL : at;
}

// Print whether something was mapped.
static inline void show_map(const char *what, const void *at)
{
	say("%s: %s\n", what, at == MAP_FAILED ? error_name(errno) : "mapped");
}

// Print how many large pages an address is from another one.
static inline void show_place(const char *what, const void *at, const void *start)
{
	long away = (const char *)at - (const char *)start;

	if (at == MAP_FAILED)
		say("%s: %s\n", what, error_name(errno));
	else if (away % (long)large)
		say("%s: not aligned\n", what);
	else
		say("%s: %ld pages on\n", what, away / (long)large);
}

// Touch a byte in a child, which a signal may end.
static char *touched;

static inline void write_byte(void)
{
	*(volatile char *)touched = 1;
}

static inline void read_byte(void)
{
	(void)*(volatile char *)touched;
}
