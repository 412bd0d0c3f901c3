// readdir.h: listing a directory.
#pragma once

#include "fs/file.h"
#include <abi/dirent.h>

// Entries as getdents64 gives them, one after the other. It is the kernel's memory, since an entry
// is put together under tree_lock.
struct dirent_buffer {
	char *bytes;
	size_t size;    // bytes there are,
	size_t used;    // and are filled
	uint32_t after; // the position behind the last entry
};

// Append an entry of which the next one's position is `next`. false: no room.
bool dirent_add(struct dirent_buffer *buffer, uint64_t ino, uint32_t next, mode_t mode,
                const char *name, size_t length);
