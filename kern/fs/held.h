// held.h: what open files, descriptor tables and directories hold (kern/README.md, "What a process holds").
#pragma once

#include "kern.h"

struct fdtable;
struct fs_context;
struct inode;

// Returns how many bytes the table and the open files of all its descriptors keep, as far as the
// measure under way has not counted them yet (mem/held.h): locks, what the files' operations hold,
// and files without a name. Always counts the table itself. Sleeps and yields. Caller: makes a
// measure, has a reference on `table`, and holds no lock.
uint64_t fdtable_held_bytes(struct fdtable *table);

// Returns how many bytes the context, and its root and current directory if they were removed, keep
// that the measure under way has not counted yet (mem/held.h). Always counts the context itself.
// Sleeps and yields. Caller: makes a measure, has a reference on `fs`, and holds no lock.
uint64_t fs_context_held_bytes(struct fs_context *fs);

// Returns how many bytes a file that no name leads to keeps, with its contents, that the measure
// under way has not counted yet (mem/held.h), and the removed directories above it: each keeps the
// one that it was in. 0 if a name leads to the file. Sleeps and yields. Caller: makes a measure,
// has a reference on `inode`, and holds no lock.
uint64_t inode_held_bytes(struct inode *inode);
