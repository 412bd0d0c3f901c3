// How likely a process is chosen as a victim for lack of memory: /proc/PID/oom_score.
#pragma once

#include "test.h"

// The score of a process; 0 if there is none.
static inline int score_of(pid_t pid)
{
	char path[32], text[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/oom_score", pid);
	fd = open(path, O_RDONLY);
	read(fd, text, sizeof(text) - 1);
	close(fd);
	return atoi(text);
}
