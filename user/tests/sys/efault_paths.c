// Calls that take a path, with pointers to no path; and paths that end where memory ends.

#include "efault.h"

int main(void)
{
	char *end = bad_pointer(BAD_EDGE);
	struct stat st;
	int fd;

	chdir("/tmp");
	TRY_READ("open", syscall(SYS_open, p, O_RDONLY, 0));
	TRY_READ("open to create", syscall(SYS_open, p, O_WRONLY | O_CREAT, 0600));
	TRY_READ("openat", syscall(SYS_openat, AT_FDCWD, p, O_RDONLY, 0));
	TRY_READ("stat64", syscall(SYS_stat64, p, &st));
	TRY_READ("lstat64", syscall(SYS_lstat64, p, &st));
	TRY_READ("fstatat64", syscall(SYS_fstatat64, AT_FDCWD, p, &st, 0));
	TRY_READ("mkdir", syscall(SYS_mkdir, p, 0700));
	TRY_READ("rmdir", syscall(SYS_rmdir, p));
	TRY_READ("unlink", syscall(SYS_unlink, p));
	TRY_READ("chdir", syscall(SYS_chdir, p));
	TRY_READ("rename from", syscall(SYS_rename, p, "new"));
	TRY_READ("rename to", syscall(SYS_rename, "/tmp", p));
	TRY_READ("execve", syscall(SYS_execve, p, NULL, NULL));

	// Memory up to its last byte, which now is a NUL.
	memcpy(end - 4, "file", 5);
	*end = '\0';
	fd = open(end - 4, O_RDWR | O_CREAT, 0600);
	check("a path that ends with the memory", fd >= 0);
	show("an empty one", open(end, O_RDONLY));
	show("unlink", unlink(end - 4));
	*end = 'x';
	show("without its NUL", unlink(end - 4));
	memset(end - 4095, 'y', 4096);
	show("a page without NUL", open(end - 4095, O_RDONLY));
	return 0;
}
