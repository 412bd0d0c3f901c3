// procfs_pid.h: the files of /proc/PID.
#pragma once

#include "kern.h"

struct aspace;
struct inode;
struct seq;

// Register the files. Once each, at boot, after procfs_init. The links lead to the program and to
// directories (procfs_links.c); the others show memory and limits (procfs_memory.c), and its areas
// (procfs_maps.c).
void process_files_init(void);
void process_maps_init(void);
void process_links_init(void);
void process_memory_files_init(void);

// Write the contents of such files to `seq` (procfs_file.show): of process `pid`, or of thread
// `tid` alone (procfs_stat.c, procfs_status.c). The number of a zombie shows the zombie. Yield.
// Caller: holds no lock. Return 0, also if that has set seq->overflow; -ESRCH, with nothing
// written, if there is no such process (also if `pid` is the number of a thread that is not the
// first of its process), no such thread, or if the thread has ended and its process is no zombie.
int procfs_show_stat(struct seq *seq, pid_t pid);
int procfs_show_thread_stat(struct seq *seq, pid_t tid);
int procfs_show_statm(struct seq *seq, pid_t pid);
int procfs_show_status(struct seq *seq, pid_t pid);
int procfs_show_thread_status(struct seq *seq, pid_t tid);
int procfs_show_comm(struct seq *seq, pid_t pid);
int procfs_show_thread_comm(struct seq *seq, pid_t tid);

// Returns the inode that descriptor `fd` of process `pid`, or if `tid` is not 0 of this thread of
// it, has open, with a new reference; NULL if there is no such process, thread of it, or open
// descriptor. Takes process_lock.
struct inode *process_descriptor(pid_t pid, pid_t tid, int fd);
// Returns the smallest open descriptor that is not below `fd` (below 0: as 0), with the flags of
// its open file (O_ bits) in *flags; -1, with *flags unchanged, if there is none, or no such
// process or thread. `pid`, `tid`: as for process_descriptor. Takes process_lock.
int process_next_descriptor(pid_t pid, pid_t tid, int fd, uint32_t *flags);
// Write the lines of /proc/PID/fdinfo/FD to `seq`. `pid`, `tid`: as for process_descriptor. Caller:
// holds no lock: the open file may be closed here. Returns 0; -ENOENT, with nothing written, if the
// descriptor is not open, or there is no such process or thread.
int process_show_descriptor(struct seq *seq, pid_t pid, pid_t tid, int fd);

// Create the file /proc/locks. Once, at boot.
void procfs_locks_init(void);

// Copy up to `len` bytes (0: none) at `va` in `as` to `dst`, kernel memory. The caller has a
// reference on `as`. As on Linux, readers of /proc do not wait for the handlers of another
// program's faults (userfaultfd). Faults pages in, and does not yield between them: callers copy a
// page at a time. Sleeps.
// Returns how many bytes were copied before the first page that could not be read. Caller: holds no
// lock.
size_t procfs_copy_now(struct aspace *as, char *dst, uintptr_t va, size_t len);
