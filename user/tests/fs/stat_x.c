// statx: what it reports, and that it agrees with stat.

#include "test.h"
#include <sys/sysmacros.h>

int main(void)
{
	struct statx x;
	struct stat st;
	int fd;

	chdir("/tmp");
	make_file("file", "12345");
	symlink("file", "link");
	memset(&x, 0xff, sizeof(x));
	show("statx", statx(AT_FDCWD, "file", 0, STATX_BASIC_STATS, &x));
	stat("file", &st);
	check("it knows all of stat's fields",
	      (x.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
	say("mode %o, links %u, size %lld\n", x.stx_mode, x.stx_nlink, (long long)x.stx_size);
	check("as stat", x.stx_mode == st.st_mode && x.stx_ino == st.st_ino &&
	                         x.stx_nlink == st.st_nlink && x.stx_uid == st.st_uid &&
	                         x.stx_blocks == (unsigned long long)st.st_blocks);
	check("the device too", makedev(x.stx_dev_major, x.stx_dev_minor) == st.st_dev);
	check("and the times", x.stx_mtime.tv_sec == st.st_mtim.tv_sec &&
	                               x.stx_mtime.tv_nsec == (unsigned int)st.st_mtim.tv_nsec);
	show("a link itself", statx(AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &x));
	check("is one", S_ISLNK(x.stx_mode));
	show("a device", statx(AT_FDCWD, "/dev/zero", 0, STATX_BASIC_STATS, &x));
	say("device %u:%u\n", x.stx_rdev_major, x.stx_rdev_minor);
	fd = open("file", O_RDONLY);
	show("a descriptor", statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x));
	say("size %lld\n", (long long)x.stx_size);
	show("an empty path", statx(fd, "", 0, STATX_BASIC_STATS, &x));
	show("wrong flags", statx(AT_FDCWD, "file", 0x10000000, STATX_BASIC_STATS, &x));
	show("a wrong mask", statx(AT_FDCWD, "file", 0, 0x80000000, &x));
	show("nothing", statx(AT_FDCWD, "nosuch", 0, STATX_BASIC_STATS, &x));
	return 0;
}
