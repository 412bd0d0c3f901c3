// Times of a file: set by hand, and by writing.

#include "test.h"

static void show_times(const char *what)
{
	struct stat st;

	stat("/tmp/file", &st);
	say("%s: read %ld.%09ld, written %ld.%09ld\n", what, (long)st.st_atim.tv_sec,
	    st.st_atim.tv_nsec, (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static bool is_recent(time_t then)
{
	time_t now = time(NULL);

	return then <= now && now - then < 100;
}

int main(void)
{
	struct timespec times[2] = { { 1000, 123456789 }, { 2000, 987654321 } };
	struct stat st;
	int fd;

	make_file("/tmp/file", "x");
	show("utimensat", utimensat(AT_FDCWD, "/tmp/file", times, 0));
	show_times("set");
	times[0].tv_nsec = UTIME_OMIT;
	times[1] = (struct timespec){ 3000, 0 };
	show("one only", utimensat(AT_FDCWD, "/tmp/file", times, 0));
	show_times("set");
	times[1].tv_nsec = 1000000000;
	show("too many nanoseconds", utimensat(AT_FDCWD, "/tmp/file", times, 0));
	show("no such file", utimensat(AT_FDCWD, "/tmp/nosuch", NULL, 0));
	show("now", utimensat(AT_FDCWD, "/tmp/file", NULL, 0));
	stat("/tmp/file", &st);
	check("both are recent", is_recent(st.st_atime) && is_recent(st.st_mtime));

	times[0] = times[1] = (struct timespec){ 5000, 0 };
	utimensat(AT_FDCWD, "/tmp/file", times, 0);
	fd = open("/tmp/file", O_WRONLY);
	write(fd, "y", 1);
	stat("/tmp/file", &st);
	check("writing changes one", st.st_atime == 5000 && is_recent(st.st_mtime));
	check("and the time of change", is_recent(st.st_ctime));

	mkdir("/tmp/directory", 0755);
	utimensat(AT_FDCWD, "/tmp/directory", times, 0);
	make_file("/tmp/directory/file", "");
	stat("/tmp/directory", &st);
	check("a new name changes the directory", is_recent(st.st_mtime));
	return 0;
}
