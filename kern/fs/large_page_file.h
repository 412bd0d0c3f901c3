// large_page_file.h: files of large pages, without a name in the tree, like those of Linux's
// hugetlbfs.
#pragma once

#include "fs/inode.h"

struct map_request;

// Create an empty file of large pages with the permissions `mode`, without a name, of the current
// thread's user and group. Reserves no large page. Yields if out of memory. Caller: holds no
// spinlock. Returns a new reference, or NULL if out of memory.
struct inode *large_file_inode(mode_t mode);

// Returns true if `inode` is a file of large pages.
bool inode_has_large(const struct inode *inode);

// Let `request`, which asks for memory of large pages without a file (MAP_HUGETLB), map a new file
// that nobody else has; Linux does the same. Rounds request->len up to whole large pages (4 MiB),
// and sets request->object, borrowed from the file. Stores a reference on the file in *store, which
// the caller drops after the mapping is made. Reserves no large page. Sleeps and yields. Caller:
// holds no lock. Returns 0; with *store and request->object unchanged: -ENOMEM; -EFBIG beyond
// OBJECT_MAX.
int large_file_request(struct map_request *request, struct inode **store);
