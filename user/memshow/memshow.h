// memshow.h: shared by the files of memshow; main.c describes the program.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The uses of physical memory. Programs' pages have an owner too.
enum use {
	USE_FREE,
	USE_RESERVED, // firmware and the kernel itself
	USE_KERNEL,   // its heap and stacks
	USE_TABLES,   // page tables
	USE_FILES,    // of files and shared memory
	USE_SHARED,   // of several processes, as after a fork
	USE_PROGRAM,  // of one process: USE_PROGRAM + its place in processes[]
};

#define PROCESSES 10 // that have a colour of their own; those after them share the last one's
#define USES (USE_PROGRAM + PROCESSES)

#define STRIP 32 // characters that the user's address space is drawn in

struct process {
	int pid;
	char name[16];
	unsigned long resident_kib;
	char strip[STRIP + 1];
};

// The machine at one moment.
struct memory {
	uint8_t *uses; // enum use for each physical page
	size_t pages, room;
	size_t counts[USES];
	struct process processes[PROCESSES];
	size_t process_count;
};

// Look at the machine. Returns 0, or -1 with errno set.
int memory_read(struct memory *memory);

// Print a frame: 80 columns, 24 lines. With `colour` by escape sequences, over the one before.
void draw(const struct memory *memory, bool colour);
