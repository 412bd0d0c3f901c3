// large_page_file.h: files of large pages, without a name in the tree: as Linux's hugetlbfs has them.
#pragma once

#include "fs/inode.h"

struct map_request;

// A new empty one with permissions `mode`. NULL without memory.
struct inode *large_file_inode(mode_t mode);

// Is it such a file?
bool inode_has_large(const struct inode *inode);

// Let `request`, which wants memory of large pages and no file, map a new file that nobody else has;
// Linux does it like that too. 0 or -ENOMEM; the caller puts the inode in *store once it is mapped.
int large_file_request(struct map_request *request, struct inode **store);
