// The result of sysinfo: memory and load of the whole machine.
#pragma once

#include <stdint.h>

#define SI_LOAD_SHIFT 16

struct sysinfo {
	long uptime;            // seconds
	unsigned long loads[3]; // over 1, 5 and 15 minutes, times 2^SI_LOAD_SHIFT
	unsigned long totalram; // this and the following in units of mem_unit bytes
	unsigned long freeram;
	unsigned long sharedram;
	unsigned long bufferram;
	unsigned long totalswap;
	unsigned long freeswap;
	unsigned short procs;
	unsigned short pad;
	unsigned long totalhigh;
	unsigned long freehigh;
	unsigned int mem_unit;
	char padding[8];
};

_Static_assert(sizeof(struct sysinfo) == 64, "struct sysinfo has the wrong size");
