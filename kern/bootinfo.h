// bootinfo.h: the information from the boot loader, checked and copied. The loader leaves it in
// memory that the kernel will hand out as free pages, so the kernel must copy it before boot_alloc
// runs.
#pragma once

#include "kern.h"
#include "mem/page.h"
#include "proc/init.h"

#define BOOT_RANGES 64
#define BOOT_MODULES 16
#define BOOT_COMMAND_LINE 4096
#define BOOT_MEMORY_MIN (12u << 20) // usable bytes that the kernel needs to start
#define BOOT_FREE_MIN (1u << 20)    // of these, free bytes beside kernel and modules,
#define BOOT_FREE_SHARE 256         // plus 1/256 of all for pages[] and page tables

struct bootinfo {
	struct mem_range usable[BOOT_RANGES]; // whole pages in the linear map, sorted, disjoint
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

// Constant after bootinfo_read.
extern struct bootinfo bootinfo;

// Copy the command line into bootinfo.command_line, so that options are known before the first
// message; it is cut after BOOT_COMMAND_LINE - 1 bytes. `magic` and `info` are the values that the
// loader left in EAX and EBX: `info` is the physical address of the Multiboot information. The
// command line stays empty if the loader gave none, if the linear map does not reach it, or if
// `magic` or `info` is wrong: bootinfo_read reports these two later, when the console works. Once.
void bootinfo_read_options(uint32_t magic, physaddr_t info);

// Check all information and copy it into `bootinfo`, except the command line, which
// bootinfo_read_options has copied. `magic` and `info`: as there. Modules after the first
// BOOT_MODULES, and ranges of memory after the first BOOT_RANGES, are left out. The option `hole`
// removes memory. Once, after options_init and console_init, before boot_alloc_init.
// Does not return if the machine cannot be booted: ends it with a message and an exit code for the
// first reason found (dev/exitport.h): EXIT_BOOT_MAGIC, EXIT_BOOT_NO_MAP, EXIT_BOOT_NO_MODULE,
// EXIT_BOOT_OUT_OF_REACH, or EXIT_BOOT_NO_MEMORY.
void bootinfo_read(uint32_t magic, physaddr_t info);
