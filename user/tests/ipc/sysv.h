// What the tests of System V objects share.
#pragma once

#include "../test.h"

#include <sys/ipc.h>

// A key that no other program has: the tests run alone, or in a namespace of their own.
#define KEY 0x51554952

// Print an owner and the permissions. Ids of objects differ from run to run.
static inline void show_perm(const struct ipc_perm *perm)
{
	say("  key %#x, user %u %u, group %u %u, mode %#o\n", (unsigned int)perm->__key, perm->uid,
	    perm->cuid, perm->gid, perm->cgid, perm->mode);
}

// Become a user without privileges.
static inline void become(uid_t user)
{
	if (syscall(SYS_setgid32, user) || syscall(SYS_setuid32, user))
		say("setuid: %s\n", error_name(errno));
}

static inline int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

// Wait for `count` children, and print the lines that they have written to the pipe `fd`, sorted: those who wake
// together run in any order.
static inline void show_lines(int fd, const char *what, int count)
{
	char text[512], *lines[8], *end;
	size_t found = 0;
	ssize_t n;

	while (count-- > 0)
		wait(NULL);
	n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	say("%s:\n", what);
	for (char *line = text; found < COUNT(lines) && (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		lines[found++] = line;
	}
	qsort(lines, found, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < found; i++)
		say("  %s\n", lines[i]);
}
