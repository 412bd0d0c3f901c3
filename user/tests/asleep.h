// Waiting until another process sleeps or has ended, by its state in /proc.
#pragma once

#include "test.h"

// The letter of a process's state; 0 if there is none.
static inline char state_of(pid_t pid)
{
	char path[32], text[256] = "";
	const char *behind;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	behind = strchr(text, ')');
	return behind ? behind[2] : 0;
}

// Let `pid` run until its state is `state`; not if that cannot be read, as when allocations fail.
static inline void let_become(pid_t pid, char state)
{
	char now;

	while ((now = state_of(pid)) != state && now)
		syscall(SYS_sched_yield);
}

// Let `pid` run until it sleeps, is stopped, or has ended.
static inline void let_sleep(pid_t pid)
{
	while (state_of(pid) == 'R')
		syscall(SYS_sched_yield);
}
