// procfs_node.h: what the inodes and open files of /proc share.
#pragma once

#include "procfs/procfs.h"

struct file;
struct inode;

// The subject of an inode of /proc: its inode->private.
struct procfs_node {
	const struct procfs_file *file; // NULL: a directory, or a link in /proc/PID/fd
	pid_t pid;                      // 0: a file of the system
	int fd;                         // the descriptor of a link in /proc/PID/fd
};

// Complete an open file of /proc (inode_ops.open).
int procfs_open(struct inode *inode, struct file *file);
