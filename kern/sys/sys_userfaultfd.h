// sys_userfaultfd.h: who may call userfaultfd.
#pragma once

// Make /proc/sys/vm/unprivileged_userfaultfd. Called once, at boot.
void userfaultfd_files_init(void);
