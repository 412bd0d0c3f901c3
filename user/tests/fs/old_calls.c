// The calls on files and the machine's name from before files were large: stat, statfs, ustat,
// getdents, readdir, olduname, oldolduname and socketcall.

#include "test.h"
#include <abi/dirent.h>
#include <abi/old_stat.h>
#include <abi/socket.h>
#include <abi/statfs.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

#define BAD ((void *)0x1000)

static void test_stat(void)
{
	struct stat now;
	struct old_stat st;
	int fd;

	make_file("file", "twelve bytes");
	chmod("file", 04751);
	syscall(SYS_chown32, "file", 1000, 70000);
	link("file", "other name");
	symlink("file", "link");
	memset(&st, 0xa5, sizeof(st));
	show("stat", syscall(SYS_stat, "link", &st));
	stat("file", &now);
	say("  mode %o, %u names, uid %u, gid %u, size %u\n", st.st_mode, st.st_nlink, st.st_uid,
	    st.st_gid, st.st_size);
	check("as stat64 shows it", st.st_dev == (major(now.st_dev) << 8 | minor(now.st_dev)) &&
	                                    st.st_ino == (uint32_t)now.st_ino && st.st_rdev == 0 &&
	                                    st.st_blksize == (uint32_t)now.st_blksize &&
	                                    st.st_blocks == (uint32_t)now.st_blocks &&
	                                    st.st_mtim_sec == (uint32_t)now.st_mtim.tv_sec &&
	                                    st.st_mtim_nsec == (uint32_t)now.st_mtim.tv_nsec &&
	                                    st.st_ctim_nsec == (uint32_t)now.st_ctim.tv_nsec &&
	                                    st.st_atim_sec == (uint32_t)now.st_atim.tv_sec);
	check("nothing is left over",
	      st.st_pad0 == 0 && st.st_pad1 == 0 && st.st_spare[0] == 0 && st.st_spare[1] == 0);
	show("lstat", syscall(SYS_lstat, "link", &st));
	say("  mode %o, size %u\n", st.st_mode, st.st_size);
	show("stat of a device", syscall(SYS_stat, "/dev/null", &st));
	say("  mode %o, device %#x\n", st.st_mode & S_IFMT, st.st_rdev);
	show("no such file", syscall(SYS_stat, "missing", &st));
	show("an empty path", syscall(SYS_lstat, "", &st));
	show("a bad path", syscall(SYS_stat, BAD, &st));
	show("a bad buffer", syscall(SYS_stat, "file", BAD));
	fd = open("file", O_RDWR);
	show("fstat", syscall(SYS_fstat, fd, &st));
	say("  size %u\n", st.st_size);
	show("fstat of none", syscall(SYS_fstat, 99, &st));
	show("fstat with a bad buffer", syscall(SYS_fstat, fd, BAD));
	ftruncate(fd, 0x7fffffff);
	show("2^31 - 1 bytes", syscall(SYS_fstat, fd, &st));
	say("  size %#x\n", st.st_size);
	ftruncate(fd, 0x80000000);
	show("2^31 bytes", syscall(SYS_fstat, fd, &st));
	show("2^31 bytes and a bad buffer", syscall(SYS_stat, "file", BAD));
	ftruncate(fd, 12);
	close(fd);
}

// Print what one of the oldest calls returned. A file's number has 16 bits there.
static void show_oldest(const char *what, long result, const struct oldest_stat *st,
                        const char *path)
{
	struct stat now;

	lstat(path, &now);
	if (now.st_ino > 65535) // possible, but not comparable
		check(what, result == -1 && errno == EOVERFLOW);
	else
		check(what, result == 0 && st->st_ino == now.st_ino && st->st_mode == now.st_mode &&
		                    st->st_nlink == now.st_nlink && st->st_size == now.st_size &&
		                    st->st_mtim_sec == (uint32_t)now.st_mtim.tv_sec);
}

static void test_oldest(void)
{
	struct oldest_stat st;
	int fd = open("file", O_RDONLY);

	show_oldest("oldstat", syscall(SYS_oldstat, "link", &st), &st, "file");
	show_oldest("oldlstat", syscall(SYS_oldlstat, "link", &st), &st, "link");
	show_oldest("oldfstat", syscall(SYS_oldfstat, fd, &st), &st, "file");
	show("no such file", syscall(SYS_oldstat, "missing", &st));
	show("oldfstat of none", syscall(SYS_oldfstat, 99, &st));
	close(fd);
}

static void test_statfs(void)
{
	struct old_statfs st;
	struct statfs64 now;
	struct ustat us;
	struct stat file;
	int ends[2];

	stat("file", &file);
	memset(&st, 0xa5, sizeof(st));
	show("statfs", syscall(SYS_statfs, "file", &st));
	syscall(SYS_statfs64, "file", sizeof(now), &now);
	say("  type %#x, blocks of %u and %u, names of %u\n", st.f_type, st.f_bsize, st.f_frsize,
	    st.f_namelen);
	check("as statfs64 shows it", st.f_type == now.f_type && st.f_blocks == now.f_blocks &&
	                                      st.f_files == now.f_files &&
	                                      st.f_flags == now.f_flags && st.f_spare[3] == 0);
	pipe(ends);
	show("fstatfs of a pipe", syscall(SYS_fstatfs, ends[0], &st));
	say("  type %#x\n", st.f_type);
	show("fstatfs of none", syscall(SYS_fstatfs, 99, &st));
	show("no such file", syscall(SYS_statfs, "missing", &st));
	show("no such file and a bad buffer", syscall(SYS_statfs, "missing", BAD));
	show("a bad buffer", syscall(SYS_statfs, "file", BAD));
	show("a bad buffer", syscall(SYS_fstatfs, ends[0], BAD));

	memset(&us, 0xa5, sizeof(us));
	show("ustat", syscall(SYS_ustat, (uint32_t)file.st_dev, &us));
	check("as statfs shows it",
	      us.f_tfree > 0 && us.f_tinode > 0 && us.f_fname[0] == 0 && us.f_fpack[5] == 0);
	show("ustat of no file system", syscall(SYS_ustat, 0x1234, &us));
	show("ustat of no file system and a bad buffer", syscall(SYS_ustat, 0x1234, BAD));
	show("ustat to a bad buffer", syscall(SYS_ustat, (uint32_t)file.st_dev, BAD));
	close(ends[0]);
	close(ends[1]);
}

// Returns true if the directory's entries, which are read in calls of `size` bytes, are those that
// the test has made.
static void list(size_t size)
{
	static _Alignas(8) char buffer[4096];
	int fd = open(".", O_RDONLY | O_DIRECTORY), count = 0, types = 0;
	size_t letters = 0;
	bool layout_ok = true;
	long n;

	while ((n = syscall(SYS_getdents, fd, buffer, size)) > 0) {
		for (long at = 0; at < n;) {
			struct dirent32 *entry = (struct dirent32 *)(buffer + at);
			size_t length = strlen(entry->d_name);

			layout_ok &= entry->d_ino != 0 &&
			             entry->d_reclen ==
			                     ((DIRENT32_NAME_OFFSET + length + 2 + 3) & ~3u);
			count++;
			letters += length;
			types |= 1 << buffer[at + entry->d_reclen - 1];
			at += entry->d_reclen;
		}
	}
	show("the end", n);
	say("  %d entries, %u letters, types %#x\n", count, (unsigned int)letters,
	    (unsigned int)types);
	check("entries are laid out well", layout_ok);
	close(fd);
}

static void test_getdents(void)
{
	static _Alignas(4) char buffer[300];
	struct dirent32 *entry = (struct dirent32 *)buffer;
	int fd, count = 0;
	size_t letters = 0;
	uint32_t first = 0;
	long n;

	list(4096);
	list(30);
	list(10);
	fd = open(".", O_RDONLY | O_DIRECTORY);
	show("getdents to a bad place", syscall(SYS_getdents, fd, BAD, 4096));
	show("getdents of 0 bytes", syscall(SYS_getdents, fd, buffer, 0));
	while ((n = syscall(SYS_readdir, fd, buffer, 1)) == 1) {
		if (count++ == 2)
			first = entry->d_off;
		letters += entry->d_reclen;
		if (strlen(entry->d_name) != entry->d_reclen)
			say("a wrong length: %s\n", entry->d_name);
	}
	show("readdir's end", n);
	say("  %d entries, %u letters\n", count, (unsigned int)letters);
	lseek(fd, first, SEEK_SET);
	show("readdir at the third", syscall(SYS_readdir, fd, buffer, 1));
	check("there it is", entry->d_off == first);
	show("readdir to a bad place", syscall(SYS_readdir, fd, BAD, 1));
	show("getdents of none", syscall(SYS_getdents, 99, buffer, 300));
	show("readdir of none", syscall(SYS_readdir, 99, buffer, 1));
	close(fd);
	fd = open("file", O_RDONLY);
	show("getdents of a file", syscall(SYS_getdents, fd, buffer, 300));
	show("readdir of a file", syscall(SYS_readdir, fd, buffer, 1));
	close(fd);
}

static void test_names(void)
{
	struct utsname now;
	char old[5][65], oldest[5][9];
	bool equal = true, cut = true;

	uname(&now);
	memset(oldest, 0xa5, sizeof(oldest));
	show("olduname", syscall(SYS_olduname, old));
	show("oldolduname", syscall(SYS_oldolduname, oldest));
	for (int i = 0; i < 5; i++) {
		equal &= !memcmp(old[i], (char *)&now + 65 * i, 65);
		cut &= !strncmp(oldest[i], old[i], 8) && oldest[i][8] == 0;
	}
	check("all names as uname shows them", equal);
	check("all names cut to 8 bytes", cut);
	show("olduname to a bad place", syscall(SYS_olduname, BAD));
	show("olduname to NULL", syscall(SYS_olduname, NULL));
	show("oldolduname to a bad place", syscall(SYS_oldolduname, BAD));
	show("oldolduname to NULL", syscall(SYS_oldolduname, NULL));
}

static long sockets(int number, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	uint32_t args[6] = { a, b, c, d, 0, 0 };

	return syscall(SYS_socketcall, number, args);
}

static void test_sockets(void)
{
	int fd = open("file", O_RDONLY), pair[2] = { 0, 0 };
	char bytes[16] = { 0 };

	show("socketcall 0", sockets(0, 0, 0, 0, 0));
	show("socketcall 21", sockets(21, 0, 0, 0, 0));
	show("socketcall -1", sockets(-1, 0, 0, 0, 0));
	show("bad arguments", syscall(SYS_socketcall, SOCKET_SOCKET, BAD));
	show("bad arguments of no call", syscall(SYS_socketcall, 21, BAD));
	show("an unknown family", sockets(SOCKET_SOCKET, 99, 1, 0, 0));
	show("a negative family", sockets(SOCKET_SOCKET, (uint32_t)-1, 1, 0, 0));
	show("an unknown type", sockets(SOCKET_SOCKET, 2, 11, 0, 0));
	show("unknown flags", sockets(SOCKET_SOCKET, 99, 0x101, 0, 0));
	show("socketpair: an unknown family",
	     sockets(SOCKET_SOCKETPAIR, 99, 1, 0, (uint32_t)(uintptr_t)pair));
	show("bind of none", sockets(SOCKET_BIND, 99, (uint32_t)(uintptr_t)bytes, 16, 0));
	show("bind of a file",
	     sockets(SOCKET_BIND, (uint32_t)fd, (uint32_t)(uintptr_t)bytes, 16, 0));
	show("listen of a file", sockets(SOCKET_LISTEN, (uint32_t)fd, 5, 0, 0));
	show("shutdown of none", sockets(SOCKET_SHUTDOWN, 99, 0, 0, 0));
	show("send by a file", sockets(SOCKET_SEND, (uint32_t)fd, (uint32_t)(uintptr_t)bytes, 1, 0));
	show("recv from none", sockets(SOCKET_RECV, 99, (uint32_t)(uintptr_t)bytes, 1, 0));
	close(fd);
}

int main(void)
{
	mkdir("/tmp/old", 0755);
	chdir("/tmp/old");
	test_stat();
	test_oldest();
	test_statfs();
	test_getdents();
	test_names();
	test_sockets();
	return 0;
}
