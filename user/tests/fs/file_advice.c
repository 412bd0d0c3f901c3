// Small calls on files: posix_fadvise, readahead, sync_file_range, preadv2, pwritev2, extended
// attributes, fchmodat2, statx's number of a mount, close_range with a table of one's own.

#include "test.h"
#include <abi/fadvise.h>
#include <abi/rwf.h>
#include <abi/sched.h>
#include <abi/xattr.h>
#include <sys/uio.h>

#define BAD ((void *)0x1000)

static int file, only_write, path_only, directory, pipe_ends[2];

static long fadvise(int fd, int64_t offset, int64_t len, int advice)
{
	return syscall(SYS_fadvise64_64, fd, (uint32_t)offset, (uint32_t)(offset >> 32),
	               (uint32_t)len, (uint32_t)(len >> 32), advice);
}

static void test_fadvise(void)
{
	say("posix_fadvise\n");
	for (int advice = -1; advice <= 6; advice++) {
		say("advice %d: ", advice);
		show("file", fadvise(file, 0, 4096, advice));
	}
	show("offset -1", fadvise(file, -1, 10, POSIX_FADV_NORMAL));
	show("length 0", fadvise(file, 0, 0, POSIX_FADV_DONTNEED));
	show("length -1", fadvise(file, 0, -1, POSIX_FADV_DONTNEED));
	show("the end of all positions", fadvise(file, INT64_MAX, INT64_MAX, POSIX_FADV_WILLNEED));
	show("only written", fadvise(only_write, 0, 0, POSIX_FADV_NORMAL));
	show("a directory", fadvise(directory, 0, 0, POSIX_FADV_NORMAL));
	show("a pipe", fadvise(pipe_ends[0], 0, 0, POSIX_FADV_NORMAL));
	show("a pipe, wrong advice", fadvise(pipe_ends[0], 0, -1, 77));
	show("O_PATH", fadvise(path_only, 0, 0, POSIX_FADV_NORMAL));
	show("none", fadvise(99, 0, -1, 77));
	show("fadvise64", syscall(SYS_fadvise64, file, 0, 0, 0xffffffffu, POSIX_FADV_NORMAL));
	show("fadvise64, wrong advice", syscall(SYS_fadvise64, file, 0, 0, 1, 6));
	show("fadvise64 of a pipe", syscall(SYS_fadvise64, pipe_ends[1], 0, 0, 1, 0));
}

static void test_readahead(void)
{
	say("readahead\n");
	show("file", syscall(SYS_readahead, file, 0, 0, 4096));
	show("beyond the end", syscall(SYS_readahead, file, 0, 1, 4096));
	show("only written", syscall(SYS_readahead, only_write, 0, 0, 4096));
	show("a directory", syscall(SYS_readahead, directory, 0, 0, 4096));
	show("a pipe", syscall(SYS_readahead, pipe_ends[0], 0, 0, 4096));
	show("the pipe's other end", syscall(SYS_readahead, pipe_ends[1], 0, 0, 4096));
	show("O_PATH", syscall(SYS_readahead, path_only, 0, 0, 4096));
	show("none", syscall(SYS_readahead, 99, 0, 0, 4096));
}

static long sync_range(int fd, int64_t offset, int64_t len, uint32_t flags)
{
	return syscall(SYS_sync_file_range, fd, (uint32_t)offset, (uint32_t)(offset >> 32),
	               (uint32_t)len, (uint32_t)(len >> 32), flags);
}

static void test_sync_range(void)
{
	say("sync_file_range\n");
	show("file", sync_range(file, 0, 4096, 7));
	show("no flags", sync_range(file, 0, 0, 0));
	show("unknown flags", sync_range(file, 0, 4096, 8));
	show("offset -1", sync_range(file, -1, 4096, 2));
	show("length -1", sync_range(file, 0, -1, 2));
	show("beyond all positions", sync_range(file, INT64_MAX, 1, 2));
	show("up to the last position", sync_range(file, INT64_MAX, 0, 2));
	show("only written", sync_range(only_write, 0, 0, 2));
	show("a directory", sync_range(directory, 0, 0, 2));
	show("a pipe", sync_range(pipe_ends[0], 0, 0, 2));
	show("a pipe, unknown flags", sync_range(pipe_ends[0], 0, 0, 8));
	show("O_PATH", sync_range(path_only, 0, 0, 2));
	show("none", sync_range(99, 0, 0, 8));
}

static long vector_flags(int number, int fd, void *base, size_t len, int64_t pos, uint32_t flags)
{
	struct iovec iov = { base, len };

	return syscall(number, fd, &iov, 1, (uint32_t)pos, (uint32_t)(pos >> 32), flags);
}

static long read_flags(int fd, void *base, size_t len, int64_t pos, uint32_t flags)
{
	return vector_flags(SYS_preadv2, fd, base, len, pos, flags);
}

static long write_flags(int fd, const char *text, int64_t pos, uint32_t flags)
{
	return vector_flags(SYS_pwritev2, fd, (void *)text, strlen(text), pos, flags);
}

static void show_position(int fd)
{
	say("  position %ld\n", (long)lseek(fd, 0, SEEK_CUR));
}

static void test_flags(void)
{
	char bytes[16] = { 0 };
	int fd = open("vector", O_RDWR | O_CREAT, 0644);
	int append = open("vector", O_RDWR | O_APPEND);

	say("preadv2, pwritev2\n");
	show("write at the position", write_flags(fd, "abcdef", -1, 0));
	show_position(fd);
	show("write at 2", write_flags(fd, "XY", 2, 0));
	show("append", write_flags(fd, "ghi", 0, RWF_APPEND));
	show_position(fd);
	lseek(fd, 1, SEEK_SET);
	show("append at the position", write_flags(fd, "jk", -1, RWF_APPEND | RWF_DSYNC));
	show_position(fd);
	show_file("vector");
	show("O_APPEND, at 0", write_flags(append, "l", 0, 0));
	show("O_APPEND, at 0, not appending", write_flags(append, "0", 0, RWF_NOAPPEND));
	show("both", write_flags(append, "m", 0, RWF_APPEND | RWF_NOAPPEND));
	show_file("vector");
	show("read at 1", read_flags(fd, bytes, 3, 1, RWF_HIPRI));
	say("  %s\n", bytes);
	lseek(fd, 4, SEEK_SET);
	show("read at the position", read_flags(fd, bytes, 3, -1, 0));
	say("  %s\n", bytes);
	show_position(fd);
	show("position -2", read_flags(fd, bytes, 3, -2, 0));
	show("unknown flags", read_flags(fd, bytes, 3, 0, 0x40000000));
	show("unknown flags, no bytes", read_flags(fd, bytes, 0, 0, 0x40000000));
	show("unknown flags, not open for reading", read_flags(only_write, bytes, 3, 0, 0x40000000));
	show("unknown flags, a bad address", read_flags(fd, BAD, 3, 0, 0x40000000));
	show("RWF_ATOMIC", write_flags(fd, "n", 0, RWF_ATOMIC));
	show("RWF_DONTCACHE", read_flags(fd, bytes, 3, 0, RWF_DONTCACHE));
	show("a pipe, at 0", read_flags(pipe_ends[0], bytes, 3, 0, 0));
	show("a pipe", write_flags(pipe_ends[1], "pipe", -1, 0));
	show("the pipe", read_flags(pipe_ends[0], bytes, 4, -1, RWF_HIPRI));
	show("a pipe, unknown flags", read_flags(pipe_ends[0], bytes, 4, -1, 0x40000000));
	show("none", read_flags(99, bytes, 3, 0, 0x40000000));
	show("a bad vector", syscall(SYS_preadv2, fd, BAD, 1, 0, 0, 0));
	close(fd);
	close(append);
}

// Files of /proc have no extended attributes.
static void test_attributes(void)
{
	static char long_name[300];
	int fd = open("/proc/self/stat", O_RDONLY);
	char value[8] = { 0 };

	memset(long_name, 'x', sizeof(long_name) - 1);
	memcpy(long_name, "user.", 5);
	say("extended attributes\n");
	show("getxattr", syscall(SYS_getxattr, "/proc/self/stat", "user.x", value, 8));
	show("lgetxattr", syscall(SYS_lgetxattr, "/proc/self/stat", "user.x", value, 8));
	show("fgetxattr", syscall(SYS_fgetxattr, fd, "user.x", value, 8));
	show("setxattr", syscall(SYS_setxattr, "/proc/self/stat", "user.x", value, 8, 0));
	show("lsetxattr", syscall(SYS_lsetxattr, "/proc/self/stat", "user.x", value, 8, 0));
	show("fsetxattr", syscall(SYS_fsetxattr, fd, "user.x", value, 8, XATTR_CREATE));
	show("removexattr", syscall(SYS_removexattr, "/proc/self/stat", "user.x"));
	show("lremovexattr", syscall(SYS_lremovexattr, "/proc/self/stat", "user.x"));
	show("fremovexattr", syscall(SYS_fremovexattr, fd, "user.x"));
	show("no such file", syscall(SYS_getxattr, "missing", "user.x", value, 8));
	show("no such file to list", syscall(SYS_listxattr, "missing", value, 8));
	show("no such file to list", syscall(SYS_llistxattr, "missing", value, 8));
	show("no such file and a bad name", syscall(SYS_getxattr, "missing", BAD, value, 8));
	show("a bad path", syscall(SYS_getxattr, BAD, "user.x", value, 8));
	show("none", syscall(SYS_fgetxattr, 99, "user.x", value, 8));
	show("none to list", syscall(SYS_flistxattr, 99, value, 8));
	show("none to set", syscall(SYS_fsetxattr, 99, "user.x", value, 8, 0));
	show("none to remove", syscall(SYS_fremovexattr, 99, "user.x"));
	show("an empty name", syscall(SYS_setxattr, "missing", "", value, 8, 0));
	show("a long name", syscall(SYS_setxattr, "missing", long_name, value, 8, 0));
	show("unknown flags", syscall(SYS_setxattr, "missing", BAD, value, 8, 4));
	show("a bad name", syscall(SYS_setxattr, "missing", BAD, value, 8, 0));
	show("a large value", syscall(SYS_setxattr, "missing", "user.x", BAD, 65537, 0));
	show("a bad value", syscall(SYS_setxattr, "missing", "user.x", BAD, 8, 0));
	close(fd);
}

static void test_modes(void)
{
	struct stat st;
	struct statx stx;

	say("fchmodat2, statx\n");
	symlink("file", "link");
	show("fchmodat2", syscall(SYS_fchmodat2, AT_FDCWD, "link", 0640, 0));
	stat("file", &st);
	say("  mode %o\n", st.st_mode & 07777);
	show("of a link", syscall(SYS_fchmodat2, AT_FDCWD, "link", 0600, AT_SYMLINK_NOFOLLOW));
	show("of a file, no link",
	     syscall(SYS_fchmodat2, AT_FDCWD, "file", 0600, AT_SYMLINK_NOFOLLOW));
	show("of a descriptor", syscall(SYS_fchmodat2, path_only, "", 0604, AT_EMPTY_PATH));
	stat("file", &st);
	say("  mode %o\n", st.st_mode & 07777);
	show("an empty path", syscall(SYS_fchmodat2, path_only, "", 0604, 0));
	show("unknown flags", syscall(SYS_fchmodat2, AT_FDCWD, BAD, 0604, AT_SYMLINK_FOLLOW));
	show("none", syscall(SYS_fchmodat2, 99, "file", 0604, 0));
	syscall(SYS_statx, AT_FDCWD, "file", 0, 0, &stx);
	say("mask with a mount: %#x\n", stx.stx_mask & (STATX_MNT_ID | STATX_MNT_ID_UNIQUE));
	check("the mount has a number", stx.stx_mnt_id != 0);
	syscall(SYS_statx, AT_FDCWD, "file", 0, STATX_MNT_ID | STATX_MNT_ID_UNIQUE, &stx);
	say("mask with a unique one: %#x\n", stx.stx_mask & (STATX_MNT_ID | STATX_MNT_ID_UNIQUE));
}

static void test_close_range(void)
{
	int fd = dup(file), status;
	pid_t child = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);

	if (child == 0) {
		show("close_range in a table of its own", syscall(SYS_close_range, fd, fd, 2));
		show("closed", fcntl(fd, F_GETFD));
		dup2(file, 50);
		_exit(0);
	}
	waitpid(child, &status, 0);
	show("open here", fcntl(fd, F_GETFD));
	show("not open here", fcntl(50, F_GETFD));
	show("alone", syscall(SYS_close_range, fd, fd, 2));
	show("closed", fcntl(fd, F_GETFD));
	show("unknown flags", syscall(SYS_close_range, fd, fd, 8));
	show("a wrong range", syscall(SYS_close_range, 60, 50, 2));
}

int main(void)
{
	mkdir("/tmp/advice", 0755);
	chdir("/tmp/advice");
	make_file("file", "some text");
	file = open("file", O_RDONLY);
	only_write = open("file", O_WRONLY);
	path_only = open("file", O_PATH);
	directory = open(".", O_RDONLY);
	pipe(pipe_ends);
	test_fadvise();
	test_readahead();
	test_sync_range();
	test_flags();
	test_attributes();
	test_modes();
	test_close_range();
	return 0;
}
