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

// Write such files (procfs_file.show), of a process or of a thread alone (procfs_stat.c, procfs_status.c).
int procfs_show_stat(struct seq *seq, pid_t pid);
int procfs_show_thread_stat(struct seq *seq, pid_t tid);
int procfs_show_statm(struct seq *seq, pid_t pid);
int procfs_show_status(struct seq *seq, pid_t pid);
int procfs_show_thread_status(struct seq *seq, pid_t tid);
int procfs_show_comm(struct seq *seq, pid_t pid);
int procfs_show_thread_comm(struct seq *seq, pid_t tid);

// The open files, as procfs_hooks has them (procfs_descriptors.c).
struct inode *process_descriptor(pid_t pid, pid_t tid, int fd);
int process_next_descriptor(pid_t pid, pid_t tid, int fd, uint32_t *flags);
int process_show_descriptor(struct seq *seq, pid_t pid, pid_t tid, int fd);

// Copy up to `len` bytes at `va` in `as`. As on Linux, readers of /proc do not wait for the handlers of
// another program's faults (userfaultfd). Returns how many bytes were copied before the first page that
// could not be accessed.
// Caller: holds no lock.
size_t procfs_copy_now(struct aspace *as, char *dst, uintptr_t va, size_t len);
