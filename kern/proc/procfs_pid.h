// procfs_pid.h: the files of /proc/PID.
#pragma once

#include "kern.h"

struct seq;

// Register the files. Once, at boot, after procfs_init.
void process_files_init(void);

// Write such files (procfs_file.show), of a process or of a thread alone (procfs_status.c).
int procfs_show_stat(struct seq *seq, pid_t pid);
int procfs_show_thread_stat(struct seq *seq, pid_t tid);
int procfs_show_statm(struct seq *seq, pid_t pid);
int procfs_show_status(struct seq *seq, pid_t pid);
int procfs_show_thread_status(struct seq *seq, pid_t tid);
int procfs_show_comm(struct seq *seq, pid_t pid);
int procfs_show_thread_comm(struct seq *seq, pid_t tid);
