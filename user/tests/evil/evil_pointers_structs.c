// Every struct and number that the calls about processes, signals, memory and time read or write,
// at every address that is no good.

#include "evil.h"
#include <sys/resource.h>

static void signals(void)
{
	TRY_EVIL("rt_sigaction, new", syscall(SYS_rt_sigaction, SIGUSR1, p, NULL, 8));
	TRY_EVIL("rt_sigaction, old", syscall(SYS_rt_sigaction, SIGUSR1, NULL, p, 8));
	TRY_EVIL("rt_sigprocmask, new", syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, p, NULL, 8));
	TRY_EVIL("rt_sigprocmask, old", syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, p, 8));
	TRY_EVIL("rt_sigpending", syscall(SYS_rt_sigpending, p, 8));
	TRY_EVIL("sigaltstack, new", syscall(SYS_sigaltstack, p, NULL));
	TRY_EVIL("sigaltstack, old", syscall(SYS_sigaltstack, NULL, p));
}

static void processes(void)
{
	TRY_EVIL("execve, argv", p ? syscall(SYS_execve, "/bin/true", p, NULL) : 0);
	TRY_EVIL("execve, envp", p ? syscall(SYS_execve, "/bin/true", NULL, p) : 0);
	// Not where a string is: the byte below ULIM is a NUL. (Later calls store one at the edge.)
	TRY_EVIL("execve, string",
	         p && (uintptr_t)p != ULIM - 1 ?
	                 syscall(SYS_execve, "/bin/true", ((void *[]){ p, 0 }), NULL) :
	                 0);
	TRY_EVIL("set_thread_area", syscall(SYS_set_thread_area, p));
	TRY_EVIL("get_thread_area", syscall(SYS_get_thread_area, p));
	TRY_EVIL("getrlimit", syscall(SYS_getrlimit, RLIMIT_AS, p));
	TRY_EVIL("ugetrlimit", syscall(SYS_ugetrlimit, RLIMIT_AS, p));
	TRY_EVIL("setrlimit", syscall(SYS_setrlimit, RLIMIT_CORE, p));
	TRY_EVIL("prlimit64, new", syscall(SYS_prlimit64, 0, RLIMIT_CORE, p, NULL));
	TRY_EVIL("prlimit64, old", syscall(SYS_prlimit64, 0, RLIMIT_CORE, NULL, p));
	TRY_EVIL("getrusage", syscall(SYS_getrusage, 0, p));
	TRY_EVIL("sched_getaffinity", syscall(SYS_sched_getaffinity, 0, 4096, p));
	TRY_EVIL("process_vm_readv, local", syscall(SYS_process_vm_readv, getpid(), p, 2, p, 2, 0));
	TRY_EVIL("process_vm_writev, local",
	         syscall(SYS_process_vm_writev, getpid(), p, 2, p, 2, 0));
}

static void memory_and_time(void)
{
	struct timespec moment = { 0, 1 };

	TRY_EVIL("mmap, arguments", syscall(SYS_mmap, p));
	TRY_EVIL("mincore", syscall(SYS_mincore, REGION, 2 * PAGE, p));
	TRY_EVIL("nanosleep", syscall(SYS_nanosleep, p, NULL));
	TRY_EVIL("nanosleep, rest", syscall(SYS_nanosleep, &moment, p));
	TRY_EVIL("clock_nanosleep", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, p, NULL));
	TRY_EVIL("clock_gettime", syscall(SYS_clock_gettime, CLOCK_MONOTONIC, p));
	TRY_EVIL("clock_gettime64", syscall(SYS_clock_gettime64, CLOCK_MONOTONIC, p));
	TRY_EVIL("clock_getres", syscall(SYS_clock_getres, CLOCK_MONOTONIC, p));
	TRY_EVIL("gettimeofday", syscall(SYS_gettimeofday, p, NULL));
	TRY_EVIL("gettimeofday, zone", syscall(SYS_gettimeofday, NULL, p));
	TRY_EVIL("time", syscall(SYS_time, p));
	TRY_EVIL("times", syscall(SYS_times, p));
	TRY_EVIL("uname", syscall(SYS_uname, p));
	TRY_EVIL("sysinfo", syscall(SYS_sysinfo, p));
	TRY_EVIL("getrandom", syscall(SYS_getrandom, p, 2 * PAGE, 0));
	TRY_EVIL("prctl PR_SET_NAME", syscall(SYS_prctl, 15, p));
	TRY_EVIL("prctl PR_GET_NAME", syscall(SYS_prctl, 16, p));
}

int main(void)
{
	evil_begin();
	say_pointers();
	processes();
	signals();
	memory_and_time();
	return evil_end();
}
