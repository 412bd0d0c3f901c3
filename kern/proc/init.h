// init.h: process 1, which is part of the kernel. It prepares the system, starts the first
// program, reaps orphans, and ends the machine when the first program has ended.
#pragma once

#include "kern.h"
#include "layout.h"

// A file that the boot loader has put into memory: an archive of programs.
struct init_module {
	physaddr_t start, end;
};

// Start process 1, which unpacks the `count` archives of `modules` into the root directory, in this
// order, and starts the first program. It runs after the return: `modules` and the archives must
// stay valid until it has unpacked them. Once, at boot; panics if there is no memory. An archive
// that cannot be unpacked ends the machine. Kernel options:
//	init=PATH   the first program (/bin/sh); does not count if an archive has /.run/path
//	ktest[=GLOB,...]  run the in-kernel tests and end the machine
void init_start(const struct init_module *modules, size_t count);
