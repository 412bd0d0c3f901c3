// procfs_node.h: what the inodes and open files of /proc share.
#pragma once

#include "fs/inode.h"
#include "procfs/procfs.h"

struct file;

// The subject of an inode of /proc: its inode->private.
struct procfs_node {
	const struct procfs_file *file; // NULL: a directory, or a file in /proc/PID/fd or fdinfo
	pid_t pid;                      // 0: a file of the system
	uint64_t serial;                // of the process: its number may be another one's later
	pid_t tid;                      // the thread, for a file below /proc/PID/task; else 0
	int fd;                         // the descriptor of a file in /proc/PID/fd or fdinfo
};

// Numbers of inodes: those of a process begin with its directories, and its files follow. Those of
// a thread are as many above PROCFS_THREAD, and those of descriptors come last.
#define PROCFS_FIRST_FILE 4u
#define PROCFS_THREAD 512u
#define PROCFS_FD 1024u

// Returns the number of an inode that is made at each look-up: it must be equal each time, as
// programs compare numbers. `pid`: a process or thread, or 0 for the system; of `index` the lowest
// 12 bits count. Bit 30 keeps it apart from the numbers of ordinary inodes.
static inline uint32_t procfs_inode_number(pid_t pid, uint32_t index)
{
	return 0x40000000u | (uint32_t)pid << 12 | (index & 0xfff);
}

// Make the inode for something of a process, with a copy of `node` as its `private`, type and
// permissions `mode`, number `ino`, and the owner that procfs_hooks->owner names (node.pid 0:
// root). Paths show it as `name` in `parent`, in which it gets no entry. `ops` has
// procfs_release_node. Returns a new reference, or NULL if out of memory. Caller: holds tree_lock.
struct inode *procfs_make_inode(struct inode *parent, const char *name, mode_t mode, uint32_t ino,
                                const struct inode_ops *ops, struct procfs_node node);

// inode_ops.release of all inodes that procfs_make_inode makes: frees inode->private.
void procfs_release_node(struct inode *inode);

// Returns the number that a name, which is not empty, spells in decimal, of at most 9 digits; -1 if
// it is none, or has a leading zero ("0" has none): "007" must not be a second name of process 7.
int procfs_name_number(const struct name *name);

// Returns true if `name` is `text`, byte for byte and as long.
bool procfs_name_is(const struct name *name, const char *text);

// Find the registered file `name` in `dir`, the directory of a process or a thread, which the
// caller knows to exist, and make its inode. Returns 0 with a new reference in *store; with *store
// undefined: -ENOENT if there is no such file, or a link leads nowhere now; -ENOMEM. Caller: holds
// tree_lock.
int procfs_lookup_file(struct inode *dir, const struct name *name, struct inode **store);

// Do inode_ops.list for the registered file of number `wanted`, from 0 on in the order of
// registration, of process or thread `id`: store its name in text[NAME_MAX + 1], its type and
// permissions in *mode, and in *ino its inode's number, which is procfs_inode_number(id, base +
// wanted). Needs no lock. Returns false, with nothing stored, if there is no such file.
bool procfs_list_file(uint32_t wanted, pid_t id, uint32_t base, char *text, mode_t *mode,
                      uint32_t *ino);

// Returns true if the process of a node exists, perhaps as a zombie, or if the node is the
// system's. A file or directory that was opened before the process ended must show nothing of the
// next process that gets the number. Does not look at node->tid. Takes process_lock. Caller: does
// not sleep before it uses node->pid.
static inline bool procfs_exists(const struct procfs_node *node)
{
	return !node->pid || procfs_hooks->serial(node->pid) == node->serial;
}

// Returns true if process `pid` exists and has a thread `tid`; false if `tid` is 0 or less. Takes
// process_lock.
static inline bool procfs_thread_exists(pid_t pid, pid_t tid)
{
	return tid > 0 && procfs_hooks->next_thread(pid, tid - 1) == tid;
}

// Make the inode of a link that leads to a file itself, whatever its text says: node.file->target,
// or if node.file is NULL descriptor node.fd. The text is the file's path now. So /proc/self/fd/3
// leads to a pipe or a deleted file, which no path could. Who may not look into the process gets a
// link without a text, which leads nowhere (-EACCES). The other arguments are those of
// procfs_make_inode. Returns 0 with a new reference in *store; with *store undefined: -ENOENT if
// there is no such file or process now; -ENOMEM. Caller: holds tree_lock.
int procfs_make_target_link(struct inode *dir, const char *name, mode_t mode, uint32_t ino,
                            struct procfs_node node, struct inode **store);

// The operations of the directories /proc/PID/task (procfs_task.c), and fd and fdinfo of a process
// or a thread (procfs_fd.c).
extern const struct inode_ops procfs_task_ops, procfs_fd_ops, procfs_fdinfo_ops;

// Returns true if `node`, that of a file that can be opened, is a file in fdinfo.
static inline bool procfs_is_fdinfo(const struct procfs_node *node)
{
	return !node->file;
}

// Complete an open file of /proc (inode_ops.open): sets file->ops, and makes no text yet. Returns
// 0, also if the process has ended: then reads of a text return -ESRCH; -EACCES if the file is
// guarded or in fdinfo, and the current thread may not look into the process.
int procfs_open(struct inode *inode, struct file *file);
