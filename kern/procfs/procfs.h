// procfs.h: /proc (proc(5)). A file there has no contents in memory: a function writes them when
// the file is read. The layer that owns the data registers the file with its function, at boot.
#pragma once

#include "kern.h"
#include "list.h"
#include "mem/page.h"
#include "procfs/textbuf.h"

struct inode;
struct uio;

// A registered file: one file of the system, or one in each process's directory.
struct procfs_file {
	const char *name; // the path below /proc: "meminfo", "sys/kernel/ostype"
	mode_t mode;      // S_IFREG | 0444, or S_IFLNK | 0777
	bool guarded;     // of a process: only who may look into it may open the file

	// Write the contents, or a link's text, into `seq`. `pid`: the process, 0 for a file of
	// the system. Returns 0; -ESRCH if the process has ended; or another -errno. The caller
	// holds no lock, for a link tree_lock.
	int (*show)(struct seq *seq, pid_t pid);

	// Instead of `show`, for a file of the system: a text that never changes. Else NULL.
	const char *text;

	// Like `show`, for the file of a thread, in /proc/PID/task/TID. NULL: `show` of the
	// process.
	int (*show_thread)(struct seq *seq, pid_t tid);

	// For a link, instead of `show`: find the file it leads to, also if that has no path.
	// Stores a new reference. Returns 0 or -errno. The caller holds tree_lock. Must not
	// sleep.
	int (*target)(pid_t pid, struct inode **store);

	// Handle a write by a program: text[length], with a NUL after it. Returns 0 or -errno.
	// NULL: the file cannot be written.
	int (*store)(const char *text, size_t length, pid_t pid);

	// Instead of `show`, for large binary files: read at a position, as file_ops.read. NULL:
	// the file has a `show`.
	ssize_t (*read)(pid_t pid, struct uio *uio, uint64_t *pos);

	// Instead of `store`, for a file with a `read`: write at a position, as file_ops.write. Or NULL.
	ssize_t (*write)(pid_t pid, struct uio *uio, uint64_t *pos);

	// Do what ioctl(2) does, as file_ops.ioctl. `pid` is 0 if the process has ended, or if the
	// current thread may not look into it any more. NULL: -ENOTTY.
	int (*ioctl)(pid_t pid, unsigned int request, void __user *arg);

	struct list link; // in the list of registered files
};

// Create the file /proc/NAME (file->name), with the mode of the struct, and the directories above
// it that are missing. NAME has at most 120 bytes. Panics if out of memory, if NAME exists already,
// or if a directory above it is a file. The struct must stay valid for ever. Caller: at boot, after
// procfs_init; holds no lock.
void procfs_register(struct procfs_file *file);

// Let the directory of every process, and of every thread, have the file NAME (/proc/PID/NAME),
// after those that were registered before. NAME has no slash, and no two files have one NAME (not
// checked). Called at boot. *file must stay valid for ever, and is in one list only.
void procfs_register_process(struct procfs_file *file);

// The functions that /proc needs from the layer that knows processes. Except show_descriptor they
// may be called with tree_lock held, and must not sleep. They take process_lock.
struct procfs_hooks {
	// Returns the smallest pid above `after`, or 0 if there is none. So next(0) is the first
	// process, and process `pid` exists if next(pid - 1) == pid.
	pid_t (*next)(pid_t after);

	// Returns the serial of process `pid`, which no other process ever has, although another one
	// may get the number; 0 if there is no such process.
	uint64_t (*serial)(pid_t pid);

	// Returns the smallest number above `after` of a thread of process `pid`, or 0 if there is
	// none.
	pid_t (*next_thread)(pid_t pid, pid_t after);

	// Returns the pid of the current process.
	pid_t (*self)(void);

	// Returns the number that was given to a process or thread last.
	pid_t (*last)(void);

	// Store the user and the group of process `pid`, if it exists: its files are theirs. Those
	// of a process that nobody else may look into (PR_SET_DUMPABLE) are root's, except for
	// directories that `all` may list, and for the process itself.
	void (*owner)(pid_t pid, bool all, uid_t *uid, gid_t *gid);

	// Returns 0 if the current thread may look into process `pid` (proc/process_permission.h),
	// or if there is none; -EACCES.
	int (*inspect)(pid_t pid);

	// Returns the file of descriptor `fd` of process `pid`, or if `tid` is not 0 of this thread
	// of it, with a new reference, or NULL. No open file and no table gets a reference: to drop
	// the last one might take long, under tree_lock.
	struct inode *(*descriptor)(pid_t pid, pid_t tid, int fd);

	// Returns the smallest open descriptor that is not below `fd`, or -1. Stores the flags of
	// its file.
	int (*next_descriptor)(pid_t pid, pid_t tid, int fd, uint32_t *flags);

	// Write the lines of /proc/PID/fdinfo/FD. Called with no lock held. Returns 0; -ENOENT if
	// the descriptor is not open.
	int (*show_descriptor)(struct seq *seq, pid_t pid, pid_t tid, int fd);
};

// Set at boot by proc/. NULL: /proc shows no processes.
extern const struct procfs_hooks *procfs_hooks;

// Create /proc, still empty. Panics if out of memory. Called once, at boot, after fs_init.
void procfs_init(void);

// Create the files of /proc about memory and the file systems (procfs_system.c). Called once, at
// boot, after procfs_init.
void procfs_system_init(void);

// Create the files of /proc about what the machine has done since boot: stat, uptime and others
// (procfs_statistics.c). Called once, at boot, after procfs_init.
void procfs_statistics_init(void);

// Create the files about what is mounted (procfs_mounts.c). Called once, at boot, after
// procfs_init.
void procfs_mounts_init(void);

// Create /proc/cpuinfo (procfs_cpuinfo.c). Called once, at boot, after procfs_init.
void procfs_cpuinfo_init(void);

// Create /proc/kpageflags (procfs_pages.c). Called once, at boot, after procfs_init.
void procfs_pages_init(void);

// Store in counts[] how many pages of 4 KiB of each kind (enum page_kind) there are, of all
// pages[]; the old values do not count. Yields: a page that changes meanwhile may be counted as
// either kind. Completes the work also if the thread is killed. Caller: holds no lock.
// (procfs_pages.c)
void procfs_count_pages(size_t counts[PAGE_KINDS]);

// Store the words [first, first + n) of a file in words[n]. `arg`: that of procfs_read_words.
// Called with no lock held; may sleep.
typedef void (*procfs_fill_fn)(uint64_t *words, size_t first, size_t n, void *arg);

// Do procfs_file.read for a file of `total` words of 64 bits, which `fill` makes in pieces of at
// most 64, at the position *pos in bytes, and advance *pos and `uio`. Yields. Caller: holds no
// lock. Returns how many bytes were read, fewer if the thread must die or a byte cannot be stored;
// 0 at or beyond the end, and if uio->left is 0; -EINVAL if position or length are not multiples of
// 8; -EFAULT if no byte could be stored.
ssize_t procfs_read_words(struct uio *uio, uint64_t *pos, size_t total, procfs_fill_fn fill,
                          void *arg);
