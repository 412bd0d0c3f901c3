// procfs_pid.h: the files of /proc/PID.
#pragma once

#include "kern.h"

struct seq;

// Register the files. Once each, at boot, after procfs_init. The links lead to the program and to
// directories (procfs_links.c); the others show memory and limits (procfs_memory.c).
void process_files_init(void);
void process_links_init(void);
void process_memory_files_init(void);

// Write such files (procfs_file.show), of a process or of a thread alone (procfs_status.c).
int procfs_show_stat(struct seq *seq, pid_t pid);
int procfs_show_thread_stat(struct seq *seq, pid_t tid);
int procfs_show_statm(struct seq *seq, pid_t pid);
int procfs_show_status(struct seq *seq, pid_t pid);
int procfs_show_thread_status(struct seq *seq, pid_t tid);
int procfs_show_comm(struct seq *seq, pid_t pid);
int procfs_show_thread_comm(struct seq *seq, pid_t tid);
