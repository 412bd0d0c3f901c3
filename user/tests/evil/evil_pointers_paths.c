// Every path at every address that is no good; nothing may be made or removed. (The last byte below
// ULIM is a NUL: an empty path.)

#include "evil.h"

#define AT AT_FDCWD

static void made(void)
{
	TRY_EVIL("open", syscall(SYS_open, p, O_RDWR | O_CREAT, 0600));
	TRY_EVIL("openat", syscall(SYS_openat, AT, p, O_RDWR | O_CREAT, 0600));
	TRY_EVIL("creat", syscall(SYS_creat, p, 0600));
	TRY_EVIL("mkdir", syscall(SYS_mkdir, p, 0700));
	TRY_EVIL("mkdirat", syscall(SYS_mkdirat, AT, p, 0700));
	TRY_EVIL("mknod", syscall(SYS_mknod, p, S_IFIFO, 0));
	TRY_EVIL("mknodat", syscall(SYS_mknodat, AT, p, S_IFIFO, 0));
	TRY_EVIL("link, from", syscall(SYS_link, p, "new"));
	TRY_EVIL("link, to", syscall(SYS_link, "file", p));
	TRY_EVIL("linkat, from", syscall(SYS_linkat, AT, p, AT, "new", 0));
	TRY_EVIL("linkat, to", syscall(SYS_linkat, AT, "file", AT, p, 0));
	TRY_EVIL("symlink, target", syscall(SYS_symlink, p, "new"));
	TRY_EVIL("symlink, name", syscall(SYS_symlink, "x", p));
	TRY_EVIL("symlinkat", syscall(SYS_symlinkat, "x", AT, p));
	TRY_EVIL("memfd_create", syscall(SYS_memfd_create, p, 0));
}

static void changed(void)
{
	TRY_EVIL("rename, from", syscall(SYS_rename, p, "new"));
	TRY_EVIL("rename, to", syscall(SYS_rename, "file", p));
	TRY_EVIL("renameat", syscall(SYS_renameat, AT, p, AT, "new"));
	TRY_EVIL("renameat2", syscall(SYS_renameat2, AT, "file", AT, p, 0));
	TRY_EVIL("rmdir", syscall(SYS_rmdir, p));
	TRY_EVIL("unlink", syscall(SYS_unlink, p));
	TRY_EVIL("unlinkat", syscall(SYS_unlinkat, AT, p, 0));
	TRY_EVIL("chmod", syscall(SYS_chmod, p, 0));
	TRY_EVIL("fchmodat", syscall(SYS_fchmodat, AT, p, 0));
	TRY_EVIL("chown32", syscall(SYS_chown32, p, 0, 0));
	TRY_EVIL("lchown32", syscall(SYS_lchown32, p, 0, 0));
	TRY_EVIL("fchownat", syscall(SYS_fchownat, AT, p, 0, 0, 0));
	TRY_EVIL("truncate", syscall(SYS_truncate, p, 0));
	TRY_EVIL("truncate64", syscall(SYS_truncate64, p, 0, 0));
	TRY_EVIL("utimes", syscall(SYS_utimes, p, NULL));
	TRY_EVIL("futimesat", syscall(SYS_futimesat, AT, p, NULL));
}

static void looked_at(void)
{
	static char buffer[256];

	TRY_EVIL("access", syscall(SYS_access, p, 0));
	TRY_EVIL("faccessat", syscall(SYS_faccessat, AT, p, 0));
	TRY_EVIL("faccessat2", syscall(SYS_faccessat2, AT, p, 0, 0));
	TRY_EVIL("stat64", syscall(SYS_stat64, p, buffer));
	TRY_EVIL("lstat64", syscall(SYS_lstat64, p, buffer));
	TRY_EVIL("fstatat64", syscall(SYS_fstatat64, AT, p, buffer, 0));
	TRY_EVIL("statx", syscall(SYS_statx, AT, p, 0, 0xfff, buffer));
	TRY_EVIL("statfs64", syscall(SYS_statfs64, p, 84, buffer));
	TRY_EVIL("readlink", syscall(SYS_readlink, p, buffer, 256));
	TRY_EVIL("readlinkat", syscall(SYS_readlinkat, AT, p, buffer, 256));
	TRY_EVIL("chdir", syscall(SYS_chdir, p));
	TRY_EVIL("chroot", syscall(SYS_chroot, p));
	TRY_EVIL("execve", syscall(SYS_execve, p, NULL, NULL));
}

int main(void)
{
	evil_begin();
	mkdir("/tmp/paths", 0700);
	chdir("/tmp/paths");
	make_file("file", "x");
	say_pointers();
	made();
	changed();
	looked_at();
	show("the only file", unlink("file"));
	chdir("/");
	show("nothing else was made", rmdir("/tmp/paths"));
	return evil_end();
}
