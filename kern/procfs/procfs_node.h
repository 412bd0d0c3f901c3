// procfs_node.h: what the files of /proc share.
#pragma once

#include "procfs/procfs.h"

struct file;
struct inode;

// What an inode of /proc stands for: inode->private.
struct procfs_node {
	const struct procfs_file *file; // NULL: a directory or a descriptor's link
	pid_t pid;                      // 0: the system
	int fd;                         // of a descriptor's link
};

// Complete an open file of /proc (struct inode_ops; procfs_read.c).
int procfs_open(struct inode *inode, struct file *file);
