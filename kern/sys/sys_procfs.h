// sys_procfs.h: the files of /proc about the system's names and bounds.
#pragma once

// Create the files. Once, at boot, after procfs_init.
void machine_files_init(void);
