// The argument of openat2: how a file is opened, and how its path may lead there.
#pragma once

#include <stdint.h>

struct open_how {
	uint64_t flags;   // O_
	uint64_t mode;    // permissions of a new file
	uint64_t resolve; // RESOLVE_
};

#define OPEN_HOW_SIZE_VER0 24

#define RESOLVE_NO_XDEV 0x01u       // no step into another file system
#define RESOLVE_NO_MAGICLINKS 0x02u // no links that are no paths, as in /proc/PID/fd
#define RESOLVE_NO_SYMLINKS 0x04u   // no symbolic links, of either kind
#define RESOLVE_BENEATH 0x08u       // no step out of the directory where the path begins
#define RESOLVE_IN_ROOT 0x10u       // this directory is the root
#define RESOLVE_CACHED 0x20u        // only if all names are in the cache
