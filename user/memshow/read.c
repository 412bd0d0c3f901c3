// read.c: reads the uses of memory from files that Linux has too: /proc/kpageflags has the use of
// each physical page, /proc/PID/pagemap the pages of a process.
#include "memshow.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Bits of kpageflags and pagemap (Linux, Documentation/admin-guide/mm/pagemap.rst).
#define SLAB (1ull << 7)
#define BUDDY (1ull << 10)
#define ANON (1ull << 12)
#define SWAPBACKED (1ull << 14)
#define FILE_PAGE (1ull << 3 | 1ull << 5) // up to date, or on a list for reclaim
#define NO_PAGE (1ull << 20)
#define PAGE_TABLE (1ull << 26)
#define RESERVED (1ull << 32)
#define PRESENT (1ull << 63)
#define FRAME_MASK ((1ull << 55) - 1)

#define PAGE 4096
#define CHUNK 512 // words read at a time

static enum use use_of(uint64_t flags)
{
	if (flags & BUDDY)
		return USE_FREE;
	if (flags & (RESERVED | NO_PAGE))
		return USE_RESERVED;
	if (flags & PAGE_TABLE)
		return USE_TABLES;
	if (flags & ANON)
		return USE_SHARED; // until a process is found to have it alone
	if (!(flags & SLAB) && (flags & (SWAPBACKED | FILE_PAGE)))
		return USE_FILES;
	return USE_KERNEL;
}

// Make room for `n` more pages. Returns whether there is.
static bool make_room(struct memory *memory, size_t n)
{
	uint8_t *uses;

	if (memory->pages + n <= memory->room)
		return true;
	uses = realloc(memory->uses, 2 * memory->room + CHUNK);
	if (!uses)
		return false;
	memory->uses = uses;
	memory->room = 2 * memory->room + CHUNK;
	return true;
}

static int read_pages(struct memory *memory)
{
	uint64_t words[CHUNK];
	int fd = open("/proc/kpageflags", O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return -1;
	memory->pages = 0;
	while ((n = read(fd, words, sizeof(words))) > 0) {
		size_t count = (size_t)n / sizeof(*words);

		if (!make_room(memory, count))
			break;
		for (size_t i = 0; i < count; i++)
			memory->uses[memory->pages++] = (uint8_t)use_of(words[i]);
	}
	close(fd);
	return n == 0 ? 0 : -1;
}

// An anonymous page at `frame` belongs to the process. `seen` has a bit for each page that is
// somebody's already.
static void claim(struct memory *memory, uint8_t *seen, uint64_t frame, enum use use)
{
	uint8_t bit = (uint8_t)(1 << frame % 8);

	if (frame >= memory->pages)
		return;
	if (memory->uses[frame] == USE_SHARED && !(seen[frame / 8] & bit))
		memory->uses[frame] = (uint8_t)use;
	else if (memory->uses[frame] >= USE_PROGRAM && memory->uses[frame] != use)
		memory->uses[frame] = USE_SHARED;
	seen[frame / 8] |= bit;
}

// Find the pages of [start, end) in the process's space.
static void claim_area(struct memory *memory, uint8_t *seen, int fd, unsigned long long start,
                       unsigned long long end, enum use use)
{
	uint64_t words[CHUNK];

	for (start /= PAGE, end /= PAGE; start < end;) {
		size_t wanted = end - start < CHUNK ? (size_t)(end - start) : CHUNK;
		ssize_t n = pread(fd, words, wanted * 8, (off_t)(start * 8));

		if (n <= 0)
			return;
		for (size_t i = 0; i < (size_t)n / 8; i++)
			if (words[i] & PRESENT)
				claim(memory, seen, words[i] & FRAME_MASK, use);
		start += (size_t)n / 8;
	}
}

// Mark [start, end) in the drawing of the address space, whose 3 GiB are STRIP characters.
static void mark(struct process *process, unsigned long long start, unsigned long long end,
                 const char *line)
{
	const unsigned long long each = 0xC0000000ull / STRIP;
	char letter = strstr(line, "[stack]") ? 's' : strstr(line, "[heap]") ? 'h' : 'm';

	if (strstr(line, "r-xp"))
		letter = 'x';
	for (; start < end && start / each < STRIP; start = (start / each + 1) * each)
		if (process->strip[start / each] == '.' || letter == 'x')
			process->strip[start / each] = letter;
}

static void read_areas(struct memory *memory, uint8_t *seen, struct process *process, enum use use)
{
	unsigned long long start, end;
	char path[32], line[256], *rest;
	FILE *maps;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", process->pid);
	fd = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/maps", process->pid);
	maps = fopen(path, "r");
	while (fd >= 0 && maps && fgets(line, sizeof(line), maps)) {
		start = strtoull(line, &rest, 16);
		end = strtoull(rest + 1, NULL, 16);
		mark(process, start, end, line);
		claim_area(memory, seen, fd, start, end, use);
	}
	if (maps)
		fclose(maps);
	if (fd >= 0)
		close(fd);
}

// Name and size. Returns whether the process has memory at all.
static bool read_status(struct process *process)
{
	char path[32], line[128];
	bool has_memory = false;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", process->pid);
	status = fopen(path, "r");
	if (!status)
		return false;
	while (fgets(line, sizeof(line), status)) {
		if (strncmp(line, "Name:\t", 6) == 0) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(process->name, sizeof(process->name), "%.15s", line + 6);
		} else if (strncmp(line, "VmRSS:", 6) == 0) {
			process->resident_kib = strtoul(line + 6, NULL, 10);
			has_memory = true;
		}
	}
	fclose(status);
	return has_memory;
}

static int read_processes(struct memory *memory)
{
	uint8_t *seen = calloc(memory->pages / 8 + 1, 1);
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	memory->process_count = 0;
	while (seen && proc && (entry = readdir(proc))) {
		struct process process = { .pid = atoi(entry->d_name) };
		size_t place = memory->process_count;

		if (!isdigit((unsigned char)entry->d_name[0]) || !read_status(&process))
			continue;
		memset(process.strip, '.', STRIP);
		if (place < PROCESSES)
			memory->process_count++;
		else
			place = PROCESSES - 1;
		read_areas(memory, seen, &process, (enum use)(USE_PROGRAM + place));
		memory->processes[place] = process;
	}
	free(seen);
	if (proc)
		closedir(proc);
	return seen && proc ? 0 : -1;
}

int memory_read(struct memory *memory)
{
	if (read_pages(memory) || read_processes(memory))
		return -1;
	memset(memory->counts, 0, sizeof(memory->counts));
	for (size_t i = 0; i < memory->pages; i++)
		memory->counts[memory->uses[i]]++;
	return 0;
}
