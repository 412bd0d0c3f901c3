// The other calls that read or write structs of the program, with pointers that lead nowhere.

#include "efault.h"
#include <poll.h>

static void files(void)
{
	int fd, fds[2];

	make_file("/tmp/file", "0123456789");
	symlink("0123456789", "/tmp/link");
	fd = open("/tmp/file", O_RDWR);
	pipe(fds);
	TRY("pread64", BAD_NULL, BAD_EDGE, syscall(SYS_pread64, fd, p, 10, 0, 0));
	TRY("pwrite64", BAD_NULL, BAD_EDGE, syscall(SYS_pwrite64, fd, p, 10, 0, 0));
	TRY_WRITE("readlink", syscall(SYS_readlink, "/tmp/link", p, 64));
	TRY_WRITE("statx", syscall(SYS_statx, AT_FDCWD, "/tmp/file", 0, STATX_BASIC_STATS, p));
	TRY_WRITE("statfs64", syscall(SYS_statfs64, "/tmp/file", 84, p));
	TRY_WRITE("fstatfs64", syscall(SYS_fstatfs64, fd, 84, p));
	TRY_WRITE("pipe2", syscall(SYS_pipe2, p, 0));
	TRY_READ("poll", syscall(SYS_poll, p, 1, 0));
	TRY_WRITE("FIONREAD", syscall(SYS_ioctl, fds[0], 0x541b, p));
	TRY("utimensat", BAD_UNMAPPED, BAD_CODE,
	    syscall(SYS_utimensat, AT_FDCWD, "/tmp/file", p, 0));
	TRY("sendfile, offset", BAD_UNMAPPED, BAD_POINTERS,
	    syscall(SYS_sendfile64, fds[1], fd, p, 1));
}

static void signals(void)
{
	TRY("rt_sigaction, new", BAD_UNMAPPED, BAD_CODE,
	    syscall(SYS_rt_sigaction, SIGUSR1, p, NULL, 8));
	TRY("rt_sigaction, old", BAD_UNMAPPED, BAD_POINTERS,
	    syscall(SYS_rt_sigaction, SIGUSR1, NULL, p, 8));
	TRY("rt_sigprocmask, new", BAD_UNMAPPED, BAD_CODE,
	    syscall(SYS_rt_sigprocmask, SIG_BLOCK, p, NULL, 8));
	TRY("rt_sigprocmask, old", BAD_UNMAPPED, BAD_POINTERS,
	    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, p, 8));
	TRY_WRITE("rt_sigpending", syscall(SYS_rt_sigpending, p, 8));
	TRY_READ("rt_sigsuspend", syscall(SYS_rt_sigsuspend, p, 8));
	TRY("sigaltstack, new", BAD_UNMAPPED, BAD_CODE, syscall(SYS_sigaltstack, p, NULL));
	TRY("sigaltstack, old", BAD_UNMAPPED, BAD_POINTERS, syscall(SYS_sigaltstack, NULL, p));
}

static void others(void)
{
	TRY_WRITE("clock_gettime64", syscall(SYS_clock_gettime64, CLOCK_REALTIME, p));
	TRY("clock_getres", BAD_UNMAPPED, BAD_POINTERS,
	    syscall(SYS_clock_getres, CLOCK_REALTIME, p));
	TRY_READ("clock_nanosleep", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, p, NULL));
	TRY("gettimeofday", BAD_UNMAPPED, BAD_POINTERS, syscall(SYS_gettimeofday, p, NULL));
	TRY("time", BAD_UNMAPPED, BAD_POINTERS, syscall(SYS_time, p));
	TRY("times", BAD_UNMAPPED, BAD_POINTERS, syscall(SYS_times, p));
	TRY_WRITE("ugetrlimit", syscall(SYS_ugetrlimit, 7, p));
	TRY("prlimit64, new", BAD_UNMAPPED, BAD_CODE, syscall(SYS_prlimit64, 0, 7, p, NULL));
	TRY("prlimit64, old", BAD_UNMAPPED, BAD_POINTERS, syscall(SYS_prlimit64, 0, 7, NULL, p));
	TRY_WRITE("sysinfo", syscall(SYS_sysinfo, p));
	TRY_WRITE("getrandom", syscall(SYS_getrandom, p, 16, 0));
	TRY_WRITE("sched_getaffinity", syscall(SYS_sched_getaffinity, 0, 128, p));
}

int main(void)
{
	files();
	signals();
	others();
	return 0;
}
