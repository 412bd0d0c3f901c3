// init.h: the first process, the kernel's own: it prepares the system, starts the first program,
// buries orphans, and ends the machine when the first program has ended.
#pragma once

#include "layout.h"
#include "kern.h"

// A file that the boot loader has put into memory: an archive.
struct init_module {
	physaddr_t start, end;
};

// Start process 1. What it does depends on kernel options:
//	init=PATH   the first program (/bin/sh)
//	ktest[=GLOB,...]  run the in-kernel tests and end the machine
// `modules` must stay valid.
void init_start(const struct init_module *modules, size_t count);
