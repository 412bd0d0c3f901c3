// readdir.h: listing a directory.
#pragma once

#include "fs/file.h"
#include <abi/dirent.h>

// Which struct of <abi/dirent.h> the entries are.
enum dirent_format {
	DIRENT_64,  // getdents64: struct dirent64
	DIRENT_32,  // getdents: struct dirent32
	DIRENT_ONE, // readdir: the same struct, used otherwise; the buffer gets only one
};

// A buffer that getdents64 and its relatives fill with entries, one after the other. It is the
// kernel's memory: the entries are collected under tree_lock, where no user memory may be touched.
struct dirent_buffer {
	enum dirent_format format;
	char *bytes;
	size_t size;    // how many bytes there is room for
	size_t used;    // how many of them are filled
	uint32_t after; // the position after the last entry
};

// Append an entry for the file number `ino` with the name name[length], 0 < length <= NAME_MAX,
// which needs no NUL. `next` is the position of the entry after it (d_off), and becomes
// buffer->after; of `mode` only the type counts. Returns false, with the buffer unchanged, if there
// is no room, or if a buffer of DIRENT_ONE has an entry.
bool dirent_add(struct dirent_buffer *buffer, uint64_t ino, uint32_t next, mode_t mode,
                const char *name, size_t length);
