// held.h: what open files, descriptor tables and directories hold (kern/README.md, "What a process holds").
//
// Each function returns how many bytes of memory a thing keeps that the measure under way has not counted
// yet (mem/held.h). It yields. Caller: makes a measure, has a reference on the thing, and holds no lock.
#pragma once

#include "kern.h"

struct fdtable;
struct fs_context;
struct inode;

// The table, and the open files of all its descriptors.
uint64_t fdtable_held_bytes(struct fdtable *table);

// The root and the current directory.
uint64_t fs_context_held_bytes(struct fs_context *fs);

// A file that no name leads to, with its contents, and the removed directories above it: each keeps the one
// that it was in. 0 if a name leads to the file.
uint64_t inode_held_bytes(struct inode *inode);
