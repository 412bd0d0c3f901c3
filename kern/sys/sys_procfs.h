// sys_procfs.h: the files of /proc about the system's names and bounds.
#pragma once

// Create the files: version, swaps, and those of /proc/sys that show names and bounds of the
// system. Once, at boot, after procfs_init.
void machine_files_init(void);
