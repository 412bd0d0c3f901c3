// openat2: strict flags, and restricted ways along a path.

#include "test.h"
#include <abi/openat2.h>

#define BAD ((void *)0x1000)

static int top; // the directory /tmp/way

static long open2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
	struct open_how how = { flags, mode, resolve };

	return syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
}

// Print how an open ends, without the descriptor's number.
static void try(const char *path, uint64_t flags, uint64_t resolve)
{
	long fd = open2(top, path, flags, 0, resolve);
	struct stat st, other;

	if (fd < 0) {
		say("  %s: %s\n", path, error_name(errno));
		return;
	}
	fstat((int)fd, &st);
	stat("/tmp/way/inside/file", &other);
	say("  %s: %s\n", path,
	    st.st_ino == other.st_ino && st.st_dev == other.st_dev ? "the file" :
	    S_ISDIR(st.st_mode)                                    ? "a directory" :
	    S_ISLNK(st.st_mode)                                    ? "a link" :
	                                                             "another file");
	close((int)fd);
}

static void test_ways(const char *what, uint64_t resolve)
{
	static const char *const paths[] = {
		"inside/file",
		"link",
		"inside/up",
		"absolute",
		"/tmp/way/inside/file",
		"inside/../link",
		"../way/inside/file",
		"inside/../../way",
		"..",
		".",
		"out",
		"/",
		"/inside/file",
		"loop",
		"link-to-absolute",
		"missing",
		"inside/file/",
		"/..",
		"proc",
		"/proc/self/stat",
		"/proc/self/fd/0",
		"/proc/self/../self/stat",
		"magic",
		"inside/./file",
	};

	say("%s\n", what);
	for (size_t i = 0; i < COUNT(paths); i++)
		try(paths[i], O_RDONLY | O_NONBLOCK, resolve);
	try("link", O_PATH | O_NOFOLLOW, resolve);
}

static void test_flags(void)
{
	struct open_how how = { O_RDONLY, 0, 0 };
	struct {
		struct open_how how;
		uint64_t more;
	} larger = { { O_RDONLY, 0, 0 }, 0 };

	say("flags\n");
	show("unknown flags", open2(top, "missing", 1ull << 40, 0, 0));
	show("unknown flags", open2(top, "missing", 0x80000000u, 0, 0));
	show("a mode, but no O_CREAT", open2(top, "missing", O_RDONLY, 0600, 0));
	show("an unknown mode", open2(top, "missing", O_CREAT, 010000, 0));
	show("unknown ways", open2(top, "missing", 0, 0, 0x40));
	show("two roots", open2(top, "missing", 0, 0, RESOLVE_BENEATH | RESOLVE_IN_ROOT));
	show("O_PATH with O_RDWR", open2(top, "missing", O_PATH | O_RDWR, 0, 0));
	show("O_TMPFILE to read", open2(top, ".", O_TMPFILE, 0600, 0));
	show("O_CREAT with O_DIRECTORY", open2(top, "x", O_CREAT | O_DIRECTORY, 0600, 0));
	show("cached, to create", open2(top, "x", O_CREAT, 0600, RESOLVE_CACHED));
	show("cached, to truncate", open2(top, "link", O_RDWR | O_TRUNC, 0, RESOLVE_CACHED));
	show("a short struct", syscall(SYS_openat2, top, "link", &how, 23));
	show("no struct", syscall(SYS_openat2, top, "link", &how, 0));
	show("a huge struct", syscall(SYS_openat2, top, "link", &how, 5000));
	show("a bad struct", syscall(SYS_openat2, top, "link", BAD, sizeof(how)));
	show("a bad path", syscall(SYS_openat2, top, BAD, &how, sizeof(how)));
	check("a larger struct", close((int)syscall(SYS_openat2, top, "link", &larger, 32)) == 0);
	larger.more = 1;
	show("a newer struct", syscall(SYS_openat2, top, "link", &larger, 32));
	show("none", open2(99, "link", O_RDONLY, 0, 0));
	show("none, an absolute path", open2(99, "/missing", O_RDONLY, 0, 0));
	show("none, an absolute path in a root", open2(99, "/link", O_RDONLY, 0, RESOLVE_IN_ROOT));
	show("a file as root", open2(0, "/link", O_RDONLY, 0, RESOLVE_IN_ROOT));
}

static void test_create(void)
{
	struct stat st;
	long fd;

	say("making files\n");
	umask(027);
	fd = open2(top, "inside/new", O_CREAT | O_EXCL | O_WRONLY, 0666, RESOLVE_BENEATH);
	check("made beneath", fd >= 0 && close((int)fd) == 0);
	stat("/tmp/way/inside/new", &st);
	say("  mode %o\n", st.st_mode & 07777);
	show("made outside", open2(top, "../new", O_CREAT | O_WRONLY, 0666, RESOLVE_BENEATH));
	show("there is none", access("/tmp/new", F_OK));
	fd = open2(top, "/../top", O_CREAT | O_WRONLY, 0666, RESOLVE_IN_ROOT);
	check("made at the root", fd >= 0 && close((int)fd) == 0);
	show("here it is", access("/tmp/way/top", F_OK));
	fd = open2(top, "inside", O_TMPFILE | O_RDWR, 0600, RESOLVE_NO_SYMLINKS);
	check("O_TMPFILE", fd >= 0 && close((int)fd) == 0);
}

int main(void)
{
	mkdir("/tmp/way", 0755);
	chdir("/tmp/way");
	mkdir("inside", 0755);
	make_file("inside/file", "x");
	symlink("inside/file", "link");
	symlink("../link", "inside/up");
	symlink("/tmp/way/inside/file", "absolute");
	symlink("absolute", "link-to-absolute");
	symlink("../../tmp", "out");
	symlink("loop", "loop");
	symlink("/proc/self/stat", "proc");
	symlink("/proc/self/fd/0", "magic");
	top = open("/tmp/way", O_RDONLY | O_DIRECTORY);
	test_flags();
	test_ways("anywhere", 0);
	test_ways("no symbolic links", RESOLVE_NO_SYMLINKS);
	test_ways("no magic links", RESOLVE_NO_MAGICLINKS);
	test_ways("beneath", RESOLVE_BENEATH);
	test_ways("in a root", RESOLVE_IN_ROOT);
	test_ways("on one file system", RESOLVE_NO_XDEV);
	test_create();
	return 0;
}
