// procfs.h: /proc. A file there has no contents of its own: a function of whoever owns the data
// writes them when the file is read. Whoever owns data registers files for them, at boot.
#pragma once

#include "procfs/textbuf.h"
#include "kern.h"
#include "list.h"

struct fdtable;
struct inode;
struct uio;

struct procfs_file {
	const char *name; // "meminfo", "sys/kernel/ostype"
	mode_t mode;      // S_IFREG | 0444, or S_IFLNK | 0777

	// Write the contents, or a link's text, for process `pid` (0 in a file of the system).
	// Returns 0, or -ESRCH when there is no such process (any more), or another -errno. Holds
	// no lock on entry; of a link, tree_lock.
	int (*show)(struct seq *seq, pid_t pid);

	// Of a link, instead of `show`: the file it leads to, whatever its path says. Stores a
	// reference. 0 or -errno. Called with tree_lock held; must not sleep.
	int (*target)(pid_t pid, struct inode **store);

	// NULL, or: take what a program has written, a string of `length` bytes. 0 or -errno.
	int (*store)(const char *text, size_t length, pid_t pid);

	// NULL, or, instead of `show`: read at a position (struct file_ops).
	ssize_t (*read)(pid_t pid, struct uio *uio, uint64_t *pos);

	struct list link; // of the registry
};

// Make the file /proc/NAME, and the directories above it. Once for each; the struct stays. Panics
// without memory.
void procfs_register(struct procfs_file *file);

// Let every process's directory have the file /proc/PID/NAME. NAME has no slash.
void procfs_register_process(struct procfs_file *file);

// What /proc asks of the layer that knows processes. Called with tree_lock held; must not sleep.
struct procfs_hooks {
	// The smallest pid above `after`, or 0: `after` 0 gives the first, pid - 1 says whether
	// there is a process `pid`.
	pid_t (*next)(pid_t after);

	// The current process.
	pid_t (*self)(void);

	// The descriptor table of a process with a reference, or NULL.
	struct fdtable *(*files)(pid_t pid);
};

extern const struct procfs_hooks *procfs_hooks;

// Make /proc and the files whose data lie below this layer. Once, at boot.
void procfs_init(void);

// procfs_system.c and procfs_pages.c: those files.
void procfs_register_own(void);
void procfs_register_pages(void);

// For `read` of a file of `total` words: fetch them piece by piece with fill(words, first, n, arg),
// which may sleep. -EINVAL where position or length is not a multiple of a word.
typedef void (*procfs_fill_fn)(uint64_t *words, size_t first, size_t n, void *arg);
ssize_t procfs_read_words(struct uio *uio, uint64_t *pos, size_t total, procfs_fill_fn fill,
                          void *arg);
