// sys_userfaultfd.h: who may call userfaultfd.
#pragma once

// Make /proc/sys/vm/unprivileged_userfaultfd, which is 0 at first. Called once, at boot, after
// procfs_init.
void userfaultfd_files_init(void);
