// The numbers of /proc on a machine with much memory: to count its pages takes long.
// mem: 700
// stretch

#include "test.h"

#include <fcntl.h>

static char text[8192];

// Returns the number after `name` at the beginning of a line of `path`; -1 without such a line.
static long number_in(const char *path, const char *name)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, text + 1, sizeof(text) - 2);
	char line[40];
	char *found;

	close(fd);
	text[0] = '\n';
	text[n < 0 ? 1 : n + 1] = '\0';
	snprintf(line, sizeof(line), "\n%s", name);
	found = strstr(text, line);
	return found ? strtol(found + strlen(line), NULL, 10) : -1;
}

int main(void)
{
	check("MemFree is below MemTotal",
	      number_in("/proc/meminfo", "MemFree:") < number_in("/proc/meminfo", "MemTotal:"));
	check("there is memory in use", number_in("/proc/meminfo", "AnonPages:") > 0);
	check("so says vmstat", number_in("/proc/vmstat", "nr_anon_pages") > 0);
	check("there are page tables", number_in("/proc/vmstat", "nr_page_table_pages") > 0);
	return 0;
}
