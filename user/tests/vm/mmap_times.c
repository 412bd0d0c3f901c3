// A file's times move when it is mapped (atime), and when a page of it is written first through a shared
// mapping (mtime and ctime); O_NOATIME keeps the first as it is.
#include "test.h"
#include <dirent.h>
#include <sys/mman.h>

#define PAGE 4096
#define OLD 1000000000

static int fd;
static struct stat before;

// Let the file's times be old ones, with atime older than mtime, so that reads move it.
static void make_old(void)
{
	struct timespec times[2] = { { OLD, 0 }, { OLD + 1, 0 } };

	syscall(SYS_utimensat, fd, NULL, times, 0);
	fstat(fd, &before);
	sleep_ms(20); // Linux's clock for times has ticks
}

static void show_moved(const char *what)
{
	struct stat now;

	fstat(fd, &now);
	say("%s:%s%s%s\n", what, now.st_atim.tv_sec != OLD ? " atime" : "",
	    now.st_mtim.tv_sec != OLD + 1 ? " mtime" : "",
	    now.st_ctim.tv_sec != before.st_ctim.tv_sec ||
	                    now.st_ctim.tv_nsec != before.st_ctim.tv_nsec ?
	            " ctime" :
	            "");
}

static char *map(int prot, int flags, int file)
{
	return mmap(NULL, 4 * PAGE, prot, flags, file, 0);
}

static void mappings(void)
{
	char *p, *private;

	make_old();
	p = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	show_moved("mapped");
	make_old();
	private = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	show_moved("mapped privately");
	make_old();
	p[0] = 1;
	show_moved("written");
	make_old();
	p[1] = 1;
	show_moved("written again");
	make_old();
	p[PAGE] = 1;
	show_moved("another page written");
	make_old();
	private[2 * PAGE] = 1;
	show_moved("a private page written");
	make_old();
	msync(p, 4 * PAGE, MS_SYNC);
	show_moved("msync");
	make_old();
	munmap(p, 4 * PAGE);
	munmap(private, 4 * PAGE);
	show_moved("unmapped");
	p = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	make_old();
	pread(open("/dev/zero", O_RDONLY), p + 3 * PAGE, 10, 0);
	show_moved("written by a call");
	munmap(p, 4 * PAGE);
}

static void no_atime(void)
{
	int quiet = open("/tmp/file", O_RDWR | O_NOATIME);
	char byte;

	make_old();
	map(PROT_READ, MAP_SHARED, quiet);
	show_moved("mapped with O_NOATIME");
	read(quiet, &byte, 1);
	show_moved("read with O_NOATIME");
	fcntl(quiet, F_SETFL, 0);
	read(quiet, &byte, 1);
	show_moved("read without");
	make_old();
	fcntl(quiet, F_SETFL, O_NOATIME);
	map(PROT_READ, MAP_PRIVATE, quiet);
	show_moved("mapped with it again");
	close(fd);
	fd = open("/tmp/dir", O_RDONLY | O_NOATIME);
	make_old();
	char names[512];
	syscall(SYS_getdents64, fd, names, sizeof(names));
	show_moved("directory read with O_NOATIME");
	fcntl(fd, F_SETFL, 0);
	lseek(fd, 0, SEEK_SET);
	syscall(SYS_getdents64, fd, names, sizeof(names));
	show_moved("directory read without");
}

// A program is read and mapped when it is executed.
static void executed(void)
{
	char *arguments[] = { "/tmp/program", "x", NULL }, *environment[] = { NULL };

	fd = open("/tests/mmap_times", O_RDONLY);
	make_old();
	if (fork_or_end() == 0) {
		execve("/tests/mmap_times", arguments, environment);
		_exit(1);
	}
	wait(NULL);
	show_moved("executed");
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 0;
	mkdir("/tmp/dir", 0700);
	fd = open("/tmp/file", O_RDWR | O_CREAT, 0600);
	ftruncate(fd, 4 * PAGE);
	mappings();
	no_atime();
	executed();
	return 0;
}
