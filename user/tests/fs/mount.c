// mount and umount2: file systems in memory, binds, moves, read-only mounts, what is busy, and what paths,
// names and attributes say at their borders.

#include "test.h"
#include <abi/mount.h>
#include <abi/statfs.h>

static long mount(const char *what, const char *source, const char *target, const char *type,
                  unsigned long flags, const char *options)
{
	return show(what, syscall(SYS_mount, source, target, type, flags, options));
}

static long unmount(const char *what, const char *target, int flags)
{
	return show(what, syscall(SYS_umount2, target, flags));
}

static void make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0644);

	write(fd, path, strlen(path));
	close(fd);
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static unsigned int device(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : (unsigned int)st.st_dev;
}

static void show_cwd(const char *what)
{
	char text[256];
	long n = syscall(SYS_getcwd, text, sizeof(text));

	say("%s: %s\n", what, n < 0 ? error_name(errno) : text);
}

// Print the mounts below /tmp/m, from the point on, without numbers.
static void show_mounts(const char *what)
{
	static char text[16384];

	read_text("/proc/self/mountinfo", text, sizeof(text));
	say("%s:\n", what);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *at = strchr(line, '/'), *point = at ? strchr(at, ' ') : NULL, *dash;

		if (!point || strncmp(point + 1, "/tmp/m", 6))
			continue;
		dash = strstr(point, " - ");
		*point++ = '\0';
		*dash = '\0';
		say("  of %s: %s - %.6s\n", at, point, dash + 3);
	}
}

static void test_errors(void)
{
	mount("no type", "none", "/tmp/m", NULL, 0, NULL);
	mount("an unknown type", "none", "/tmp/m", "nofs", 0, NULL);
	mount("no target", "none", "/tmp/nothing", "tmpfs", 0, NULL);
	mount("onto a file", "none", "/tmp/file", "tmpfs", 0, NULL);
	mount("a wrong option", "none", "/tmp/m", "tmpfs", 0, "colour=red");
	mount("a wrong mode", "none", "/tmp/m", "tmpfs", 0, "mode=9");
	mount("a wrong size", "none", "/tmp/m", "tmpfs", 0, "size=x");
	mount("a bad type", "none", "/tmp/m", (char *)16, 0, NULL);
	mount("a bad target", "none", (char *)16, "tmpfs", 0, NULL);
	mount("a bad source", (char *)16, "/tmp/m", "tmpfs", 0, NULL);
	mount("again, where nothing is", "none", "/tmp/m", "tmpfs", MS_REMOUNT, NULL);
	mount("bind nothing", NULL, "/tmp/m", NULL, MS_BIND, NULL);
	mount("bind what is not there", "/tmp/nothing", "/tmp/m", NULL, MS_BIND, NULL);
	mount("bind a file to a directory", "/tmp/file", "/tmp/m", NULL, MS_BIND, NULL);
	mount("bind a directory to a file", "/tmp/m", "/tmp/file", NULL, MS_BIND, NULL);
	mount("move what is no mount", "/tmp/m", "/tmp/n", NULL, MS_MOVE, NULL);
	unmount("unmount what is none", "/tmp/m", 0);
	unmount("unmount a file", "/tmp/file", 0);
	unmount("unmount nothing", "/tmp/nothing", 0);
	unmount("unmount with unknown flags", "/tmp/m", 16);
	unmount("unmount a bad path", (char *)16, 0);
}

static void test_tmpfs(void)
{
	struct statfs64 st;
	struct stat root;
	int fd;

	make("/tmp/m/below");
	mount("mount", "dev ice", "/tmp/m", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=750");
	show_mounts("mounts");
	check("what it covers is hidden", !exists("/tmp/m/below"));
	check("another device", device("/tmp/m") != device("/tmp"));
	stat("/tmp/m", &root);
	say("mode %o, links %u\n", root.st_mode, (unsigned int)root.st_nlink);
	check("statfs", syscall(SYS_statfs64, "/tmp/m", sizeof(st), &st) == 0);
	say("type %#x, flags %#x\n", (unsigned int)st.f_type, (unsigned int)st.f_flags);
	make("/tmp/m/a");
	show("a directory", mkdir("/tmp/m/d", 0755));
	check("of its device",
	      device("/tmp/m/d") == device("/tmp/m") && device("/tmp/m/a") == device("/tmp/m"));
	show("rename out of it", rename("/tmp/m/a", "/tmp/a"));
	show("link out of it", link("/tmp/m/a", "/tmp/a"));
	show("rename in it", rename("/tmp/m/a", "/tmp/m/d/a"));
	show("remove the mount point", rmdir("/tmp/m"));
	show("unlink the mount point", unlink("/tmp/m"));
	show("rename the mount point", rename("/tmp/m", "/tmp/o"));
	show("rename over the mount point", rename("/tmp/n", "/tmp/m"));
	chdir("/tmp/m/d");
	show_cwd("in it");
	chdir("../..");
	show_cwd("above it");
	chdir("/tmp/m");
	unmount("busy: a current directory", "/tmp/m", 0);
	chdir("/");
	fd = open("/tmp/m/d/a", O_RDONLY);
	unmount("busy: an open file", "/tmp/m", 0);
	close(fd);
	mount("another upon it", "none", "/tmp/m", "tmpfs", 0, NULL);
	check("it is empty", !exists("/tmp/m/d"));
	unmount("unmount it", "/tmp/m/.", 0);
	check("the first one is there", exists("/tmp/m/d"));
	unmount("unmount", "/tmp/m", 0);
	check("what it covered is there", exists("/tmp/m/below"));
	unlink("/tmp/m/below");

	mkdir("/tmp/up", 0755);
	mkdir("/tmp/up/m", 0755);
	mount("mount below a directory", "none", "/tmp/up/m", "tmpfs", 0, NULL);
	mkdir("/tmp/up/m/d", 0755);
	show("rename the directory", rename("/tmp/up", "/tmp/pu"));
	check("the mount moves along", exists("/tmp/pu/m/d"));
	show("remove it", rmdir("/tmp/pu"));
	unmount("unmount", "/tmp/pu/m", 0);
}

static void test_bind(void)
{
	struct stat a, b;

	mkdir("/tmp/s", 0755);
	mkdir("/tmp/s/sub", 0755);
	make("/tmp/s/sub/f");
	mount("bind", "/tmp/s", "/tmp/m", NULL, MS_BIND, NULL);
	show_mounts("mounts");
	stat("/tmp/s/sub", &a);
	stat("/tmp/m/sub", &b);
	check("the same directory", a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	chdir("/tmp/m/sub");
	show_cwd("in it");
	chdir("../..");
	show_cwd("above it");
	show("rename across", rename("/tmp/m/sub/f", "/tmp/s/f"));
	show("link across", link("/tmp/m/sub/f", "/tmp/s/f"));
	make("/tmp/m/new");
	check("seen there", exists("/tmp/s/new"));
	show("remove it there", unlink("/tmp/s/new"));
	check("gone here", !exists("/tmp/m/new"));

	mount("read-only", NULL, "/tmp/m", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
	show_mounts("mounts");
	show("make a directory", mkdir("/tmp/m/x", 0755));
	show("make one that exists", mkdir("/tmp/m/sub", 0755));
	show("make a file", open("/tmp/m/x", O_RDWR | O_CREAT, 0644));
	show("write", open("/tmp/m/sub/f", O_RDWR));
	show("truncate", open("/tmp/m/sub/f", O_RDONLY | O_TRUNC));
	show("truncate by path", truncate("/tmp/m/sub/f", 0));
	show("unlink", unlink("/tmp/m/sub/f"));
	show("unlink nothing", unlink("/tmp/m/sub/g"));
	show("rmdir", rmdir("/tmp/m/sub"));
	show("rename", rename("/tmp/m/sub/f", "/tmp/m/f"));
	show("link", link("/tmp/m/sub/f", "/tmp/m/f"));
	show("symlink", symlink("x", "/tmp/m/f"));
	show("chmod", chmod("/tmp/m/sub/f", 0600));
	show("chown", syscall(SYS_chown32, "/tmp/m/sub/f", 0, 0));
	show("times", utimensat(AT_FDCWD, "/tmp/m/sub/f", NULL, 0));
	show("access to write", access("/tmp/m/sub/f", W_OK));
	show("access to read", access("/tmp/m/sub/f", R_OK));
	show("still writable there", chmod("/tmp/s/sub/f", 0644));
	mount("writable", NULL, "/tmp/m", NULL, MS_REMOUNT | MS_BIND, NULL);
	show("chmod", chmod("/tmp/m/sub/f", 0644));

	make("/tmp/target");
	mount("bind a file", "/tmp/s/sub/f", "/tmp/target", NULL, MS_BIND, NULL);
	stat("/tmp/s/sub/f", &a);
	stat("/tmp/target", &b);
	check("the same file", a.st_ino == b.st_ino);
	show("unlink the mount point", unlink("/tmp/target"));
	unmount("unmount it", "/tmp/target", 0);
	show("unlink", unlink("/tmp/target"));
	unmount("unmount", "/tmp/m", 0);
}

static void test_moves(void)
{
	mount("mount", "none", "/tmp/m", "tmpfs", 0, NULL);
	mkdir("/tmp/m/in", 0755);
	mount("onto itself", "/tmp/m", "/tmp/m/in", NULL, MS_MOVE, NULL);
	mount("upon it", "none", "/tmp/m/in", "tmpfs", 0, NULL);
	make("/tmp/m/in/f");
	unmount("busy: a mount upon it", "/tmp/m", 0);
	mount("move", "/tmp/m", "/tmp/n", NULL, MS_MOVE, NULL);
	check("the other moved along", exists("/tmp/n/in/f"));
	check("nothing is left", !exists("/tmp/m/in"));
	mount("bind it", "/tmp/n", "/tmp/m", NULL, MS_BIND, NULL);
	check("without what is upon it", exists("/tmp/m/in") && !exists("/tmp/m/in/f"));
	unmount("unmount the bind", "/tmp/m", 0);
	chdir("/tmp/n/in");
	unmount("detach", "/tmp/n", MNT_DETACH);
	check("it is gone", !exists("/tmp/n/in"));
	check("but for its users", exists("f"));
	show("who can write there", mkdir("sub", 0755));
	show_cwd("in it");
	chdir("/");
}

static void test_expire(void)
{
	mount("mount", "none", "/tmp/m", "tmpfs", 0, NULL);
	unmount("expire and detach", "/tmp/m", MNT_EXPIRE | MNT_DETACH);
	unmount("expire", "/tmp/m", MNT_EXPIRE);
	exists("/tmp/m/x");
	unmount("used since", "/tmp/m", MNT_EXPIRE);
	unmount("expire again", "/tmp/m", MNT_EXPIRE);
	unmount("it is gone", "/tmp/m", MNT_EXPIRE);
	mount("mount", "none", "/tmp/m", "tmpfs", 0, NULL);
	symlink("/tmp/m", "/tmp/to");
	unmount("by a link, not followed", "/tmp/to", UMOUNT_NOFOLLOW);
	unmount("by a link", "/tmp/to", 0);
	unlink("/tmp/to");
}

static void test_read_only(void)
{
	int fd;

	mount("mount", "none", "/tmp/m", "tmpfs", 0, NULL);
	make("/tmp/m/f");
	fd = open("/tmp/m/f", O_RDWR);
	mount("read-only, with a writer", NULL, "/tmp/m", NULL, MS_REMOUNT | MS_RDONLY, NULL);
	close(fd);
	mount("read-only", NULL, "/tmp/m", NULL, MS_REMOUNT | MS_RDONLY, NULL);
	show_mounts("mounts");
	show("make a directory", mkdir("/tmp/m/x", 0755));
	show("write", open("/tmp/m/f", O_WRONLY));
	fd = open("/tmp/m/f", O_RDONLY);
	show("fchmod", fchmod(fd, 0600));
	close(fd);
	mount("writable", NULL, "/tmp/m", NULL, MS_REMOUNT, NULL);
	show("make a directory", mkdir("/tmp/m/x", 0755));
	unmount("unmount", "/tmp/m", 0);

	mount("without execution", "none", "/tmp/m", "tmpfs", MS_NOEXEC | MS_NODEV, NULL);
	make("/tmp/m/p");
	chmod("/tmp/m/p", 0755);
	show("execute", execve("/tmp/m/p", (char *[]){ "p", NULL }, NULL));
	mknod("/tmp/m/null", S_IFCHR | 0666, 1 << 8 | 3);
	show("a device", open("/tmp/m/null", O_RDONLY));
	unmount("unmount", "/tmp/m", 0);
}

static void confined(void)
{
	show("chroot", syscall(SYS_chroot, "/tmp/m"));
	chdir("/");
	show_cwd("the root");
	chdir("..");
	show_cwd("above it");
	check("it is the mount", exists("mark"));
}

static void unprivileged(void)
{
	syscall(SYS_setuid32, 1000);
	mount("mount", "none", "/tmp/m", "tmpfs", 0, NULL);
	mount("mount nowhere", "none", "/tmp/nothing", "tmpfs", 0, NULL);
	unmount("unmount", "/tmp/m", 0);
	unmount("unmount nothing", "/tmp/nothing", 0);
}

int main(void)
{
	syscall(SYS_mount, NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL);
	umask(022);
	mkdir("/tmp/m", 0755);
	mkdir("/tmp/n", 0755);
	make("/tmp/file");
	test_errors();
	test_tmpfs();
	test_bind();
	test_moves();
	test_expire();
	test_read_only();
	mount("mount", "none", "/tmp/m", "tmpfs", 0, NULL);
	make("/tmp/m/mark");
	show_status("a child", run_child(confined));
	show_status("a child", run_child(unprivileged));
	unmount("unmount", "/tmp/m", 0);
	show_mounts("mounts");
	return 0;
}
