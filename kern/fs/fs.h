// fs.h: starting the file system.
#pragma once

// Create the root directory with /dev, /dev/pts, /dev/shm, /tmp and /run; seed the random
// generator; make the memory devices, that of userfaultfd, and links in /dev. Panics if out of
// memory. Sleeps and yields. Once, at boot, after thread_init and vm_init, which provide locks, the
// clock and objects.
void fs_init(void);
