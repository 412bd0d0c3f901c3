// procfs_pid.h: what /proc says about processes.
#pragma once

// Register the files /proc/PID/... Once, at boot, after fs_init.
void process_files_init(void);
