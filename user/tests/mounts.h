// Removing the mounts that a program has left.
#pragma once

#include <abi/mount.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Detach all mounts, the newest first; the tree's own and /proc stay.
static void remove_mounts(void)
{
	static char text[65536];
	char *line, *point;
	ssize_t n;
	int fd;

	do {
		fd = open("/proc/mounts", O_RDONLY);
		n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
		close(fd);
		text[n > 0 ? n - 1 : 0] = '\0'; // without the last newline
		line = strrchr(text, '\n');
		point = line ? strchr(line, ' ') : NULL;
		if (!point || !strchr(++point, ' '))
			return;
		*strchr(point, ' ') = '\0';
	} while (strcmp(point, "/proc") && syscall(SYS_umount2, point, MNT_DETACH) == 0);
}
