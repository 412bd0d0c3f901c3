// What stat says of files, directories, devices and pipes.

#include "test.h"
#include <sys/sysmacros.h>

static const char *type(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "directory";
	case S_IFCHR:
		return "character device";
	case S_IFIFO:
		return "pipe";
	default:
		return "something else";
	}
}

static void show_stat(const char *what, const struct stat *st)
{
	say("%s: %s, mode %o, links %u, owner %u, group %u", what, type(st->st_mode),
	    st->st_mode & 07777, (unsigned int)st->st_nlink, st->st_uid, st->st_gid);
	if (S_ISREG(st->st_mode))
		say(", size %lld", (long long)st->st_size);
	if (S_ISCHR(st->st_mode))
		say(", device %u:%u", major(st->st_rdev), minor(st->st_rdev));
	say("\n");
}

static void show_path(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		show(path, -1);
	else
		show_stat(path, &st);
}

int main(void)
{
	struct stat st, other;
	int fd, fds[2];

	chdir("/tmp");
	make_file("file", "12345");
	mkdir("directory", 0750);
	fd = open("secret", O_RDWR | O_CREAT, 0600);
	show_path("file");
	show_path("directory");
	show_path("secret");
	show_path("/dev/null");
	show_path("/dev/zero");
	show_path("nosuch");
	show_path("file/x");
	show_path("");

	pipe(fds);
	fstat(fds[0], &st);
	say("a pipe: %s, mode %o, size %lld\n", type(st.st_mode), st.st_mode & 07777,
	    (long long)st.st_size);
	show("a closed descriptor", fstat(77, &st));

	fstat(fd, &st);
	stat("secret", &other);
	check("fstat and stat agree", memcmp(&st, &other, sizeof(st)) == 0);
	stat("file", &other);
	check("files have different numbers", st.st_ino != other.st_ino);
	check("on the same device", st.st_dev == other.st_dev);
	stat("directory/..", &st);
	stat("/tmp", &other);
	check(".. is the directory above", st.st_ino == other.st_ino);
	write(fd, "x", 1);
	fstat(fd, &other);
	say("after a write the size is %lld\n", (long long)other.st_size);
	check("blocks hold at least that", (off_t)other.st_blocks * 512 >= other.st_size);
	check("the time of change is there", other.st_mtime > 1000000000);
	lstat("file", &st);
	show_stat("lstat", &st);
	return 0;
}
