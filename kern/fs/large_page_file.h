// large_page_file.h: files of large pages, without a name in the tree, like those of Linux's
// hugetlbfs.
#pragma once

#include "fs/inode.h"

struct map_request;

// Create an empty file of large pages that has no name. Its permissions are `mode`; its owner and
// group are those of the current thread. Reserves no large page. May yield, to wait for memory.
// Caller: holds no lock. Returns a new reference; NULL if there is no memory.
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
