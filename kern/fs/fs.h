// fs.h: starting the file system.
#pragma once

// Create the tree with /dev, /dev/pts, /dev/shm, /tmp and /run, the random generator, and the
// memory devices. Panics if out of memory. Called once, at boot, after thread_init and vm_init,
// which provide locks and objects.
void fs_init(void);
