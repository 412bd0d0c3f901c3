// large_page_file.h: files of large pages, without a name in the tree, like those of Linux's
// hugetlbfs.
#pragma once

#include "fs/inode.h"

struct map_request;

// Create an empty file of large pages with the permissions `mode`. Returns a new reference, or
// NULL if out of memory.
struct inode *large_file_inode(mode_t mode);

// Returns true if `inode` is a file of large pages.
bool inode_has_large(const struct inode *inode);

// Let `request`, which asks for memory of large pages without a file (MAP_HUGETLB), map a new
// file that nobody else has; Linux does the same. Rounds the length up. Stores a reference on
// the file, which the caller drops after the mapping is made. Returns 0 or -ENOMEM.
int large_file_request(struct map_request *request, struct inode **store);
