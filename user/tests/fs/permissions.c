// Files as another user than root: who may search, open, make, remove, rename and change them
// (path_resolution(7), inode(7)); sticky directories, set-id bits, access(2) by the real ids.
#include "test.h"

#define OWNER 1000
#define GROUP 2000

// The callers: user, group, one more group.
static const struct caller {
	const char *name;
	unsigned int user, group, more;
} callers[] = {
	{ "root", 0, 0, 0 },
	{ "the owner", OWNER, 1, 1 },
	{ "the group", 1001, GROUP, 1 },
	{ "a member", 1002, 1, GROUP },
	{ "another", 1003, 1, 1 },
};

static void become(const struct caller *caller)
{
	syscall(SYS_setgroups32, 1, &caller->more);
	syscall(SYS_setresgid32, caller->group, caller->group, caller->group);
	syscall(SYS_setresuid32, caller->user, caller->user, caller->user);
}

// Run `function` as each of the callers.
static void as_each(const char *what, void (*prepare)(void), void (*function)(void))
{
	for (size_t i = 0; i < COUNT(callers); i++) {
		prepare();
		say("%s, %s\n", what, callers[i].name);
		if (!fork_or_end()) {
			become(&callers[i]);
			function();
			_exit(0);
		}
		wait(NULL);
	}
}

static void own(const char *path, unsigned int user, unsigned int group, mode_t mode)
{
	if (syscall(SYS_lchown32, path, user, group) || chmod(path, mode))
		say("own %s: %s\n", path, error_name(errno));
}

static void nothing(void)
{
}

static int opened(const char *path, int flags)
{
	int fd = open(path, flags, 0666);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

static const mode_t modes[] = { 0,    0100, 0200, 0400, 0040, 0020, 0010, 0004,
	                        0002, 0001, 0070, 0007, 0640, 0066, 0700 };

// For each mode a letter for all that is allowed on the file /tmp/p/mXXXX and the directory dXXXX.
static void open_modes(void)
{
	for (size_t i = 0; i < COUNT(modes); i++) {
		char file[32], dir[32], in[48];

		snprintf(file, sizeof(file), "/tmp/p/m%04o", modes[i]);
		snprintf(dir, sizeof(dir), "/tmp/p/d%04o", modes[i]);
		snprintf(in, sizeof(in), "%s/in", dir);
		say("  %04o:%s%s%s%s%s%s%s%s", modes[i], opened(file, O_RDONLY) ? "" : " read",
		    opened(file, O_WRONLY) ? "" : " write", opened(file, O_RDWR) ? "" : " both",
		    opened(file, 3) ? "" : " neither", opened(file, O_TRUNC) ? "" : " truncate",
		    access(file, R_OK) ? "" : " r", access(file, W_OK) ? "" : " w",
		    access(file, X_OK) ? "" : " x");
		say(", %s", truncate(file, 0) ? error_name(errno) : "0");
		say(", directory:%s%s%s%s", opened(dir, O_RDONLY | O_DIRECTORY) ? "" : " list",
		    access(in, F_OK) ? "" : " search", chdir(dir) ? "" : " chdir",
		    opened(in, O_RDONLY) ? "" : " open");
		chdir("/");
		say(", %s\n", mkdir(in, 0) ? error_name(errno) : "made");
	}
}

static void make_modes(void)
{
	static bool made;

	if (made)
		return;
	made = true;
	mkdir("/tmp/p", 0755);
	for (size_t i = 0; i < COUNT(modes); i++) {
		char file[32], dir[32], in[48];

		snprintf(file, sizeof(file), "/tmp/p/m%04o", modes[i]);
		snprintf(dir, sizeof(dir), "/tmp/p/d%04o", modes[i]);
		snprintf(in, sizeof(in), "%s/in", dir);
		make_file(file, "text");
		mkdir(dir, 0755);
		make_file(in, "text");
		own(in, OWNER, GROUP, 0644);
		own(file, OWNER, GROUP, modes[i]);
		own(dir, OWNER, GROUP, modes[i]);
	}
}

static void names(void)
{
	struct stat st;

	show("  create", opened("/tmp/n/new", O_WRONLY | O_CREAT));
	show("  create exclusively", opened("/tmp/n/old", O_WRONLY | O_CREAT | O_EXCL));
	show("  open with O_CREAT", opened("/tmp/n/old", O_RDONLY | O_CREAT));
	show("  O_TMPFILE", opened("/tmp/n", O_WRONLY | O_TMPFILE));
	show("  mkdir", mkdir("/tmp/n/dir", 0755));
	show("  mkdir of an old name", mkdir("/tmp/n/old", 0755));
	show("  mknod of a FIFO", mknod("/tmp/n/fifo", S_IFIFO | 0644, 0));
	show("  mknod of a device", mknod("/tmp/n/device", S_IFCHR | 0644, 0x103));
	show("  mknod of a device, old name", mknod("/tmp/n/old", S_IFCHR | 0644, 0x103));
	show("  mknod of device 0", mknod("/tmp/n/zero", S_IFCHR | 0644, 0));
	show("  symlink", symlink("x", "/tmp/n/link"));
	show("  link", link("/tmp/n/old", "/tmp/n/hard"));
	show("  link of a directory", link("/tmp/n/sub", "/tmp/n/hard2"));
	show("  rename", rename("/tmp/n/old", "/tmp/n/renamed"));
	show("  rename onto", rename("/tmp/n/b", "/tmp/n/c"));
	show("  rename out", rename("/tmp/n/out", "/tmp/all/out"));
	show("  rename in", rename("/tmp/all/in", "/tmp/n/in"));
	show("  rename a directory", rename("/tmp/n/sub", "/tmp/n/sub2"));
	show("  move a directory", rename("/tmp/n/away", "/tmp/all/away"));
	show("  exchange",
	     (int)syscall(SYS_renameat2, AT_FDCWD, "/tmp/n/x", AT_FDCWD, "/tmp/n/y", 2));
	show("  rename nothing", rename("/tmp/n/absent", "/tmp/n/absent2"));
	show("  unlink", unlink("/tmp/n/gone"));
	show("  unlink nothing", unlink("/tmp/n/absent"));
	show("  unlink a directory", unlink("/tmp/n/empty"));
	show("  rmdir of a file", rmdir("/tmp/n/x"));
	show("  rmdir", rmdir("/tmp/n/empty"));
	if (!lstat("/tmp/n/new", &st))
		say("  new: %o %u:%u\n", st.st_mode, st.st_uid, st.st_gid);
	if (!lstat("/tmp/n/dir", &st))
		say("  dir: %o %u:%u\n", st.st_mode, st.st_uid, st.st_gid);
	if (!lstat("/tmp/n/link", &st))
		say("  link: %o %u:%u\n", st.st_mode, st.st_uid, st.st_gid);
}

static mode_t names_mode;

// Make /tmp/n anew, with files of another user in it.
static void make_names(void)
{
	static const char *const files[] = { "old", "b", "c", "out", "gone", "x", "y" };
	static const char *const all[] = { "new",  "dir",  "fifo",    "device", "zero",
		                           "link", "hard", "renamed", "in",     "sub",
		                           "sub2", "away", "empty",   "old",    "b",
		                           "c",    "out",  "gone",    "x",      "y" };
	char path[32];

	mkdir("/tmp/n", 0755);
	mkdir("/tmp/all", 0777);
	chmod("/tmp/all", 0777);
	unlink("/tmp/all/out");
	rmdir("/tmp/all/away");
	for (size_t i = 0; i < COUNT(all); i++) {
		snprintf(path, sizeof(path), "/tmp/n/%s", all[i]);
		if (unlink(path))
			rmdir(path);
	}
	for (size_t i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "/tmp/n/%s", files[i]);
		make_file(path, "text");
		own(path, 1001, GROUP, 0644);
	}
	make_file("/tmp/all/in", "text");
	own("/tmp/all/in", 1001, GROUP, 0644);
	mkdir("/tmp/n/sub", 0755);
	mkdir("/tmp/n/away", 0755);
	mkdir("/tmp/n/empty", 0755);
	own("/tmp/n", OWNER, GROUP, names_mode);
}

static void show_mode(const char *what)
{
	struct stat st;

	stat("/tmp/c", &st);
	say("  %s: %o %u:%u\n", what, st.st_mode, st.st_uid, st.st_gid);
}

static int set_times(long access, long change)
{
	struct timespec times[2] = { { 1, access }, { 1, change } };

	return (int)syscall(SYS_utimensat, AT_FDCWD, "/tmp/c", times, 0);
}

#define NOW ((1l << 30) - 1)
#define OMIT ((1l << 30) - 2)

static void changes(void)
{
	int fd;

	show("  chmod", chmod("/tmp/c", 06775));
	show_mode("now");
	show("  chown to oneself", (int)syscall(SYS_chown32, "/tmp/c", OWNER, -1));
	show_mode("now");
	show("  chown to another", (int)syscall(SYS_chown32, "/tmp/c", 1003, -1));
	show("  chgrp to one's own", (int)syscall(SYS_chown32, "/tmp/c", -1, 1));
	show("  chgrp to the old one", (int)syscall(SYS_chown32, "/tmp/c", -1, GROUP));
	show("  chgrp to another", (int)syscall(SYS_chown32, "/tmp/c", -1, 3000));
	show("  chown to nobody", (int)syscall(SYS_chown32, "/tmp/c", -1, -1));
	show_mode("now");
	show("  utime", (int)syscall(SYS_utimensat, AT_FDCWD, "/tmp/c", NULL, 0));
	show("  now and now", set_times(NOW, NOW));
	show("  now and omit", set_times(NOW, OMIT));
	show("  omit and omit", set_times(OMIT, OMIT));
	show("  chosen", set_times(5, 5));
	fd = open("/tmp/c", O_RDONLY | O_NOATIME);
	show("  O_NOATIME", fd < 0 ? -1 : 0);
	close(fd);
	fd = open("/tmp/c", O_RDONLY);
	show("  F_SETFL", fd < 0 ? -1 : fcntl(fd, F_SETFL, O_NOATIME));
	close(fd);
}

static mode_t first_mode;

static void make_changed(void)
{
	make_file("/tmp/c", "text");
	own("/tmp/c", OWNER, GROUP, first_mode);
}

// What a change of the contents leaves of the set-id bits.
static void writes(void)
{
	int fd = open("/tmp/c", O_RDWR);

	show("  write of nothing", write(fd, "", 0));
	show_mode("now");
	show("  write", write(fd, "x", 1));
	show_mode("now");
	close(fd);
}

static void truncates(void)
{
	int fd = open("/tmp/c", O_RDWR);

	show("  ftruncate", ftruncate(fd, 1));
	show_mode("now");
	close(fd);
}

static void opens(void)
{
	show("  O_TRUNC", opened("/tmp/c", O_WRONLY | O_TRUNC));
	show_mode("now");
}

static void in_set_gid_directory(void)
{
	struct stat st;

	umask(0);
	show("  create", opened("/tmp/g/file", O_WRONLY | O_CREAT));
	close(open("/tmp/g/program", O_WRONLY | O_CREAT, 02775));
	show("  mkdir", mkdir("/tmp/g/dir", 0755));
	stat("/tmp/g/file", &st);
	say("  file: %o %u:%u\n", st.st_mode, st.st_uid, st.st_gid);
	stat("/tmp/g/program", &st);
	say("  program: %o %u:%u\n", st.st_mode, st.st_uid, st.st_gid);
	stat("/tmp/g/dir", &st);
	say("  dir: %o %u:%u\n", st.st_mode, st.st_uid, st.st_gid);
	unlink("/tmp/g/file");
	unlink("/tmp/g/program");
	rmdir("/tmp/g/dir");
}

// access by the real ids, and by the effective ones.
static void by_real_ids(void)
{
	static const unsigned int pairs[][2] = {
		{ OWNER, 0 }, { 0, OWNER }, { 1003, OWNER }, { OWNER, 1003 }
	};

	make_file("/tmp/a", "");
	own("/tmp/a", OWNER, GROUP, 0600);
	mkdir("/tmp/closed", 0700);
	own("/tmp/closed", OWNER, GROUP, 0700);
	for (size_t i = 0; i < COUNT(pairs); i++) {
		if (fork_or_end()) {
			wait(NULL);
			continue;
		}
		syscall(SYS_setresuid32, pairs[i][0], pairs[i][1], 0);
		say("real %u, effective %u\n", pairs[i][0], pairs[i][1]);
		show("  access", access("/tmp/a", R_OK));
		show("  AT_EACCESS",
		     (int)syscall(SYS_faccessat2, AT_FDCWD, "/tmp/a", R_OK, AT_EACCESS));
		show("  open", opened("/tmp/a", O_RDONLY));
		show("  access of a path", access("/tmp/closed/.", F_OK));
		show("  stat of it", opened("/tmp/closed/.", O_PATH));
		_exit(0);
	}
}

static void roots(void)
{
	syscall(SYS_setresuid32, 1003, 1003, 1003);
	show("chroot", (int)syscall(SYS_chroot, "/tmp"));
	show("chroot of a closed directory", (int)syscall(SYS_chroot, "/tmp/closed"));
	show("chdir", chdir("/tmp/closed"));
}

// Links of several users in a directory that all share.
static void follow(void)
{
	show("  of root", opened("/tmp/s/0", O_RDONLY));
	show("  of the owner", opened("/tmp/s/1000", O_RDONLY));
	show("  of another", opened("/tmp/s/1003", O_RDONLY));
	show("  on the way", opened("/tmp/s/way/..", O_RDONLY));
}

static void make_links(void)
{
	static const unsigned int owners[] = { 0, OWNER, 1003 };
	char path[32];

	mkdir("/tmp/s", 0777);
	own("/tmp/s", OWNER, GROUP, 01777);
	make_file("/tmp/shared", "");
	for (size_t i = 0; i < COUNT(owners); i++) {
		snprintf(path, sizeof(path), "/tmp/s/%u", owners[i]);
		symlink("/tmp/shared", path);
		syscall(SYS_lchown32, path, owners[i], 0);
	}
	symlink("/tmp", "/tmp/s/way");
	syscall(SYS_lchown32, "/tmp/s/way", 1003, 0);
}

int main(void)
{
	umask(022);
	as_each("links in a shared directory", make_links, follow);
	as_each("modes", make_modes, open_modes);
	names_mode = 0755;
	as_each("names", make_names, names);
	names_mode = 01777;
	as_each("names in a sticky directory", make_names, names);
	first_mode = 0664;
	as_each("changes", make_changed, changes);
	first_mode = 06775;
	as_each("changes with set-id bits", make_changed, changes);
	for (size_t i = 0; i < 2; i++) {
		first_mode = i ? 02664 : 06777;
		as_each("writing", make_changed, writes);
		as_each("cutting", make_changed, truncates);
		as_each("opening", make_changed, opens);
	}
	mkdir("/tmp/g", 0777);
	own("/tmp/g", OWNER, GROUP, 02777);
	as_each("a directory with S_ISGID", nothing, in_set_gid_directory);
	by_real_ids();
	show_child("directories", roots);
	return 0;
}
