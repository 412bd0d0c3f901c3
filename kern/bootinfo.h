// bootinfo.h: what the boot loader told us, checked and copied out of the memory that it lies in.
#pragma once

#include "kern.h"
#include "mem/page.h"
#include "proc/init.h"

#define BOOT_RANGES 64
#define BOOT_MODULES 16
#define BOOT_COMMAND_LINE 4096
#define BOOT_MEMORY_MIN (12u << 20) // usable bytes without which we do not start
#define BOOT_FREE_MIN (1u << 20)    // of these, bytes beside kernel and modules, and
#define BOOT_FREE_SHARE 256         // one of so many for what describes them

struct bootinfo {
	struct mem_range usable[BOOT_RANGES]; // whole pages of RAM in the linear map, sorted, disjoint
	size_t usable_count;
	struct mem_range ram[BOOT_RANGES]; // pages with any RAM below 4 GiB, sorted, disjoint
	size_t ram_count;
	uint64_t usable_bytes;
	uint64_t beyond_bytes;                    // RAM that the linear map does not reach
	struct mem_range taken[BOOT_MODULES + 1]; // the kernel's image and the modules, sorted
	size_t taken_count;
	struct init_module modules[BOOT_MODULES]; // in the loader's order
	size_t module_count;
	char command_line[BOOT_COMMAND_LINE];
};

extern struct bootinfo bootinfo;

// Copy the command line, so that options are known before anything is printed. `magic` and `info`
// are what the loader left in EAX and EBX; without the right magic, nothing.
void bootinfo_read_options(uint32_t magic, physaddr_t info);

// Read all of it. What cannot be booted ends the machine here, with a message and an exit code of
// its own.
void bootinfo_read(uint32_t magic, physaddr_t info);
