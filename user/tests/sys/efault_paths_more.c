// The other calls that take a path, with pointers to no path.

#include "efault.h"

int main(void)
{
	char buffer[128];

	chdir("/tmp");
	make_file("file", "x");
	TRY_READ("access", syscall(SYS_access, p, F_OK));
	TRY_READ("faccessat", syscall(SYS_faccessat, AT_FDCWD, p, F_OK));
	TRY_READ("chmod", syscall(SYS_chmod, p, 0600));
	TRY_READ("fchmodat", syscall(SYS_fchmodat, AT_FDCWD, p, 0600));
	TRY_READ("chown32", syscall(SYS_chown32, p, 0, 0));
	TRY_READ("lchown32", syscall(SYS_lchown32, p, 0, 0));
	TRY_READ("truncate64", syscall(SYS_truncate64, p, 0, 0));
	TRY_READ("link from", syscall(SYS_link, p, "new"));
	TRY_READ("link to", syscall(SYS_link, "file", p));
	TRY_READ("linkat to", syscall(SYS_linkat, AT_FDCWD, "file", AT_FDCWD, p, 0));
	TRY_READ("symlink target", syscall(SYS_symlink, p, "new"));
	TRY_READ("symlink name", syscall(SYS_symlink, "file", p));
	TRY_READ("symlinkat", syscall(SYS_symlinkat, "file", AT_FDCWD, p));
	TRY_READ("readlink", syscall(SYS_readlink, p, buffer, sizeof(buffer)));
	TRY_READ("readlinkat", syscall(SYS_readlinkat, AT_FDCWD, p, buffer, sizeof(buffer)));
	TRY_READ("mknod", syscall(SYS_mknod, p, S_IFIFO | 0600, 0));
	TRY_READ("mkdirat", syscall(SYS_mkdirat, AT_FDCWD, p, 0700));
	TRY_READ("unlinkat", syscall(SYS_unlinkat, AT_FDCWD, p, 0));
	TRY_READ("renameat", syscall(SYS_renameat, AT_FDCWD, "file", AT_FDCWD, p));
	TRY_READ("creat", syscall(SYS_creat, p, 0600));
	TRY_READ("statfs64", syscall(SYS_statfs64, p, 84, buffer));
	TRY_READ("statx", syscall(SYS_statx, AT_FDCWD, p, 0, STATX_BASIC_STATS, buffer));
	TRY("utimensat", BAD_UNMAPPED, BAD_CODE, syscall(SYS_utimensat, AT_FDCWD, p, NULL, 0));
	show_file("file");
	return 0;
}
