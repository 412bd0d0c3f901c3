// ps: all processes, from /proc/PID/stat.

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE_KIB 4

// The fields that ps shows. In the file, the name is in parentheses and may have any characters; the
// fields after it are separated by spaces: state, parent, and the rest, counted from 3 as in
// proc(5).
struct process {
	const char *pid, *name, *state, *parent;
	unsigned long size_kib, resident_kib;
};

#define FIELD_STATE 3
#define FIELD_PARENT 4
#define FIELD_SIZE 23
#define FIELD_RESIDENT 24

// Take the line apart in place. Returns 0, or -1 if it is no such line.
static int parse(char *line, struct process *process)
{
	char *open = strchr(line, '('), *close = strrchr(line, ')'), *rest = NULL, *word;
	int field = FIELD_STATE;

	if (!open || !close || open == line)
		return -1;
	open[-1] = *close = '\0';
	*process = (struct process){ .pid = line, .name = open + 1, .state = "?", .parent = "?" };
	for (word = strtok_r(close + 1, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
		if (field == FIELD_STATE)
			process->state = word;
		else if (field == FIELD_PARENT)
			process->parent = word;
		else if (field == FIELD_SIZE)
			process->size_kib = strtoul(word, NULL, 10) / 1024;
		else if (field == FIELD_RESIDENT)
			process->resident_kib = strtoul(word, NULL, 10) * PAGE_KIB;
		field++;
	}
	return 0;
}

// A process may end before we read about it; then it is left out.
static void print_process(const char *pid)
{
	struct process process;
	char path[32], line[512];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.10s/stat", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return;
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (n <= 0)
		return;
	line[n] = '\0';
	if (parse(line, &process) == 0)
		printf("%5s %5s %s %8lu %8lu %s\n", process.pid, process.parent, process.state,
		       process.size_kib, process.resident_kib, process.name);
}

int main(void)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;

	if (!directory) {
		perror("ps: /proc");
		return 1;
	}
	puts("  PID  PPID S     SIZE RESIDENT NAME");
	while ((entry = readdir(directory)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			print_process(entry->d_name);
	closedir(directory);
	return 0;
}
