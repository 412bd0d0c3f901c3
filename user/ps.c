// ps [-T]: all processes, from /proc/PID/stat; with -T their threads, from /proc/PID/task/TID/stat.

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
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

// Print a line from the file `path`. A process may end before we read about it; then it is left out.
static void print_process(const char *path)
{
	struct process process;
	char line[512];
	ssize_t n;
	int fd;

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

// Print a line for each directory of `path` whose name is a number: for its file stat, or with `threads`
// for each directory in task there.
static int print_all(const char *path, bool threads)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	char name[64];

	if (!directory)
		return -1;
	while ((entry = readdir(directory)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(name, sizeof(name), "%.30s/%.10s/%s", path, entry->d_name,
		         threads ? "task" : "stat");
		if (threads)
			(void)print_all(name, false);
		else
			print_process(name);
	}
	closedir(directory);
	return 0;
}

int main(int argc, char **argv)
{
	bool threads = argc > 1 && strcmp(argv[1], "-T") == 0;

	if (argc > 1 + threads) {
		fprintf(stderr, "usage: ps [-T]\n");
		return 2;
	}
	puts("  PID  PPID S     SIZE RESIDENT NAME");
	if (print_all("/proc", threads)) {
		perror("ps: /proc");
		return 1;
	}
	return 0;
}
