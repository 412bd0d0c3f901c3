// limit: 10
// As many descriptors as there may be, and numbers that are none, for every call that takes one.

#include "evil.h"
#include <sys/resource.h>

int main(void)
{
	static const long numbers[] = { -1,         -2,         -100,
		                        1 << 20,    0x7fffffff, (long)0x80000000,
		                        0x3fffffff, 255,        1024 };
	struct rlimit limit;
	int opened = 0, wrong = 0;

	evil_begin();
	for (size_t i = 0; i < COUNT(numbers); i++) {
		for (long call = 0; call < 440; call++) {
			static const short calls[] = { SYS_read,     SYS_write,      SYS_close,
				                       SYS_dup,      SYS_fstat64,    SYS_fcntl64,
				                       SYS_ioctl,    SYS_getdents64, SYS_fchdir,
				                       SYS_fsync,    SYS_ftruncate,  SYS_fchmod,
				                       SYS_lseek,    SYS_readv,      SYS_syncfs,
				                       SYS_fallocate };

			if (call < (long)COUNT(calls))
				wrong += syscall(calls[call], numbers[i], 0, 0, 0, 0, 0) != -1 ||
				         errno != EBADF;
		}
		wrong += syscall(SYS_dup2, 0, numbers[i]) >= 1 << 20;
	}
	show("calls that took a wrong number", wrong);
	syscall(SYS_close_range, 3, ~0u, 0);
	getrlimit(RLIMIT_NOFILE, &limit);
	while (open("/dev/null", O_RDONLY) >= 0)
		opened++;
	check("as many as the limit says", opened + 3 == (int)limit.rlim_cur);
	show("then", open("/dev/null", O_RDONLY));
	show("pipe", pipe((int[2]){ 0, 0 }));
	show("dup", dup(0));
	show("F_DUPFD", fcntl(0, F_DUPFD, 5));
	limit.rlim_cur = 5;
	setrlimit(RLIMIT_NOFILE, &limit);
	show("a child with all of them", run_child(run_true));
	show("close all", syscall(SYS_close_range, 3, ~0u, 0));
	show("and then beyond the limit", dup2(0, 5));
	show("a range that is none", syscall(SYS_close_range, 5, 3, 0));
	return evil_end();
}
