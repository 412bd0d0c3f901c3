// procfs_pid.h: the files of /proc/PID.
#pragma once

// Register the files. Once, at boot, after procfs_init.
void process_files_init(void);
