// syscall_list_names.h: the part of syscall_list.h with the calls on names and directories.

// sys_getdents.c: listing directories
X(getdents64)
X(getdents)
X(readdir)

// sys_directories.c: names
X(mkdir)
X(mkdirat)
X(mknod)
X(mknodat)
X(rmdir)
X(unlink)
X(unlinkat)
X(rename)
X(renameat)
X(renameat2)
X(link)
X(linkat)
X(symlink)
X(symlinkat)
X(chdir)
X(fchdir)
X(getcwd)
X(chroot)

// sys_mount.c: mounts
X(mount)
X(umount)
X(umount2)

// sys_xattr.c: extended attributes
X(setxattr)
X(lsetxattr)
X(fsetxattr)
X(getxattr)
X(lgetxattr)
X(fgetxattr)
X(listxattr)
X(llistxattr)
X(flistxattr)
X(removexattr)
X(lremovexattr)
X(fremovexattr)
