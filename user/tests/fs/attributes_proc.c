// Permissions and owners changed through the links of /proc, through descriptors opened with O_PATH, and
// those of files of /proc.
#include "test.h"

#define FILE_ "/tmp/file"

static int set_owner(const char *path, uid_t uid, gid_t gid)
{
	return (int)syscall(SYS_chown32, path, uid, gid);
}

static int set_link_owner(const char *path, uid_t uid, gid_t gid)
{
	return (int)syscall(SYS_lchown32, path, uid, gid);
}

static int set_open_owner(int fd, uid_t uid, gid_t gid)
{
	return (int)syscall(SYS_fchown32, fd, uid, gid);
}

static void show_attributes(const char *what, const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		say("%s: %s\n", what, error_name(errno));
	else
		say("%s: %o %u:%u\n", what, st.st_mode, st.st_uid, st.st_gid);
}

static int at(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		say("%s: %s\n", path, error_name(errno));
	return fd;
}

// All ways to change the file of descriptor `fd`. `path`: the name that it was opened by.
static void through(const char *what, int fd, const char *path)
{
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	say("%s:\n", what);
	show("  fchmod", fchmod(fd, 0601));
	show("  fchown", set_open_owner(fd, 1, 2));
	show_attributes("  now", path);
	show("  chmod of its link", chmod(link, 0612));
	show("  chown of its link", set_owner(link, 3, 4));
	show_attributes("  now", path);
	show("  lchown of its link", set_link_owner(link, 5, 6));
	show_attributes("  now", path);
	show("  fchownat of an empty path", syscall(SYS_fchownat, fd, "", 7, 8, AT_EMPTY_PATH));
	show("  without AT_EMPTY_PATH", syscall(SYS_fchownat, fd, "", 9, 9, 0));
	show("  fchmodat of an empty path", syscall(SYS_fchmodat, fd, "", 0700));
	show("  fchmodat of a path", syscall(SYS_fchmodat, fd, "x", 0700));
	show_attributes("  now", path);
	close(fd);
}

static void links(void)
{
	show("chmod of a symbolic link", chmod("/tmp/link", 0604));
	show("chown", set_owner("/tmp/link", 10, 11));
	show("lchown", set_link_owner("/tmp/link", 12, 13));
	show_attributes("the link", "/tmp/link");
	show_attributes("the file", FILE_);
	show("chmod of one that leads nowhere", chmod("/tmp/nowhere", 0604));
	show("chown", set_owner("/tmp/nowhere", 1, 1));
}

static void files_of_proc(void)
{
	static const char *const paths[] = { "/proc/self/status", "/proc/self/maps",
		                             "/proc/self/fd",     "/proc/self",
		                             "/proc/uptime",      "/proc" };

	for (size_t i = 0; i < COUNT(paths); i++) {
		say("%s:\n", paths[i]);
		show("  chmod", chmod(paths[i], 0444));
		show("  chown", set_owner(paths[i], 0, 0));
		show("  lchown", set_link_owner(paths[i], 0, 0));
	}
}

static void pipes(void)
{
	int ends[2];
	char link[32];
	struct stat st;

	pipe(ends);
	show("fchmod of a pipe", fchmod(ends[0], 0640));
	show("fchown", set_open_owner(ends[0], 1, 2));
	fstat(ends[1], &st);
	say("the other end: %o %u:%u\n", st.st_mode, st.st_uid, st.st_gid);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", ends[1]);
	show("chmod of its link", chmod(link, 0604));
	fstat(ends[0], &st);
	say("the other end: %o %u:%u\n", st.st_mode, st.st_uid, st.st_gid);
}

int main(void)
{
	make_file(FILE_, "");
	mkdir("/tmp/dir", 0755);
	symlink(FILE_, "/tmp/link");
	symlink("/tmp/absent", "/tmp/nowhere");
	through("a file", at(FILE_, O_RDONLY), FILE_);
	through("a file, with O_PATH", at(FILE_, O_PATH), FILE_);
	through("a directory", at("/tmp/dir", O_RDONLY), "/tmp/dir");
	through("a directory, with O_PATH", at("/tmp/dir", O_PATH), "/tmp/dir");
	through("a symbolic link, with O_PATH", at("/tmp/link", O_PATH | O_NOFOLLOW), "/tmp/link");
	links();
	files_of_proc();
	pipes();
	return 0;
}
