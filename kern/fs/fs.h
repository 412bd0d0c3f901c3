// fs.h: starting the file system.
#pragma once

// Make the tree with its first directories, the devices, /proc and the standard files. Once, at
// boot, after thread_init and vm_init.
void fs_init(void);
