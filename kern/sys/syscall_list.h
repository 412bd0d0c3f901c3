// syscall_list.h: every system call of Linux that the kernel has, one line each: X(name) for
// SYS_name, its number (inc/abi/syscall.h), and sys_name. The file has no include guard: each includer defines X and makes
// another table of it.

// sys_read_write.c and sys_sendfile.c: moving bytes
X(read)
X(write)
X(readv)
X(writev)
X(pread64)
X(pwrite64)
X(preadv)
X(pwritev)
X(preadv2)
X(pwritev2)
X(lseek)
X(_llseek)
X(sendfile)
X(sendfile64)
X(copy_file_range)

// sys_splice.c: moving bytes into and out of pipes
X(splice)
X(tee)
X(vmsplice)

// sys_locks.c: locks on files
X(flock)

// sys_descriptors.c: descriptors
X(open)
X(openat)
X(creat)
X(openat2)
X(close)
X(close_range)
X(dup)
X(dup2)
X(dup3)
X(pipe)
X(pipe2)
X(fcntl)
X(fcntl64)
X(ioctl)
X(memfd_create)

// sys_userfaultfd.c
X(userfaultfd)

// sys_file_advice.c: advice about files
X(fadvise64)
X(fadvise64_64)
X(readahead)
X(sync_file_range)

// sys_socket.c: sockets
X(socket)
X(socketpair)
X(bind)
X(connect)
X(listen)
X(accept4)
X(getsockname)
X(getpeername)
X(shutdown)

// sys_socketcall.c: their options, and all their calls by number
X(setsockopt)
X(getsockopt)
X(socketcall)

// sys_socket_message.c: their messages
X(sendto)
X(recvfrom)
X(sendmsg)
X(recvmsg)
X(sendmmsg)
X(recvmmsg)
X(recvmmsg_time64)

// sys_poll.c and sys_select.c: waiting for files
X(poll)
X(ppoll)
X(ppoll_time64)
X(select)
X(_newselect)
X(pselect6)
X(pselect6_time64)

// sys_stat.c: reading the attributes of a file
X(stat64)
X(lstat64)
X(fstat64)
X(fstatat64)
X(statx)
X(readlink)
X(readlinkat)
X(statfs64)
X(fstatfs64)

// sys_access.c: asking whether a file may be used
X(access)
X(faccessat)
X(faccessat2)

// sys_old_stat.c: the calls of sys_stat.c, in structs with smaller numbers
X(stat)
X(lstat)
X(fstat)
X(oldstat)
X(oldlstat)
X(oldfstat)
X(statfs)
X(fstatfs)
X(ustat)

// sys_chmod_chown.c, sys_truncate.c and sys_file_times.c: changing them
X(chmod)
X(fchmodat2)
X(fchmod)
X(fchmodat)
X(chown)
X(lchown)
X(fchown)
X(chown32)
X(lchown32)
X(fchown32)
X(fchownat)
X(umask)
X(truncate)
X(truncate64)
X(ftruncate)
X(ftruncate64)
X(fallocate)
X(utime)
X(utimes)
X(futimesat)
X(utimensat)
X(utimensat_time64)
X(sync)
X(syncfs)
X(fsync)
X(fdatasync)

// sys_sched.c: scheduling and barriers
X(sched_yield)
X(sched_getaffinity)
X(sched_setaffinity)
X(sched_setscheduler)
X(sched_getscheduler)
X(sched_setparam)
X(sched_getparam)
X(sched_get_priority_max)
X(sched_get_priority_min)
X(sched_rr_get_interval)
X(sched_rr_get_interval_time64)
X(membarrier)
X(getcpu)

// sys_epoll.c and sys_timerfd.c: events as files
X(epoll_create)
X(epoll_create1)
X(epoll_ctl)
X(epoll_wait)
X(epoll_pwait)
X(epoll_pwait2)
X(eventfd)
X(eventfd2)
X(timerfd_create)
X(timerfd_settime)
X(timerfd_settime64)
X(timerfd_gettime)
X(timerfd_gettime64)

// sys_itimer.c and sys_signal_wait.c: timers of a process, waiting for signals
X(getitimer)
X(setitimer)
X(alarm)
X(rt_sigtimedwait)
X(rt_sigtimedwait_time64)
X(rt_sigqueueinfo)
X(rt_tgsigqueueinfo)

// sys_posix_timer.c: timers that a process makes
X(timer_create)
X(timer_settime)
X(timer_settime64)
X(timer_gettime)
X(timer_gettime64)
X(timer_getoverrun)
X(timer_delete)

// sys_signalfd.c: signals as files
X(signalfd)
X(signalfd4)

// sys_pidfd.c: processes as files
X(pidfd_open)
X(pidfd_send_signal)
X(pidfd_getfd)
X(waitid)
X(kcmp)
X(process_mrelease)

// sys_clone.c: making processes and threads
X(fork)
X(vfork)
X(clone)
X(clone3)
X(unshare)

// sys_exec.c: programs
X(execve)
X(execveat)

// sys_prctl.c: what a process says about itself
X(prctl)
X(personality)

// sys_process.c: processes and threads
X(exit)
X(exit_group)
X(wait4)
X(waitpid)
X(getpid)
X(gettid)
X(getppid)
X(getpgid)
X(getpgrp)
X(getsid)
X(setpgid)
X(setsid)
X(set_thread_area)
X(get_thread_area)
X(set_tid_address)
X(set_robust_list)
X(get_robust_list)

// sys_signal.c: signals
X(kill)
X(tkill)
X(tgkill)
X(rt_sigaction)
X(rt_sigprocmask)
X(rt_sigpending)
X(sigreturn)
X(rt_sigreturn)
X(rt_sigsuspend)
X(pause)
X(sigaltstack)

// sys_old_signal.c: the same, with sets of 32 bits
X(sigaction)
X(signal)
X(sigprocmask)
X(sigpending)
X(sigsuspend)
X(sgetmask)
X(ssetmask)

// sys_restart.c: continuing after a signal
X(restart_syscall)

// sys_memory.c: the address space
X(brk)
X(mmap)
X(mmap2)
X(munmap)
X(mprotect)
X(mremap)
X(madvise)
X(mseal)
X(msync)
X(mlock)
X(mlock2)
X(munlock)
X(mincore)
X(mlockall)
X(munlockall)

// sys_ptrace.c: tracing another thread
X(ptrace)

// sys_process_vm.c: another process's memory
X(process_vm_readv)
X(process_vm_writev)

// sys_futex.c: waiting for a word of memory
X(futex)
X(futex_time64)
X(futex_waitv)

// sys_clock.c: clocks and sleeping
X(clock_gettime)
X(clock_gettime64)
X(clock_getres)
X(clock_getres_time64)
X(gettimeofday)
X(time)
X(times)
X(nanosleep)
X(clock_nanosleep)
X(clock_nanosleep_time64)

// sys_log.c: the log
X(syslog)

// sys_machine.c: the machine
X(uname)
X(olduname)
X(oldolduname)
X(sysinfo)
X(reboot)
X(getrandom)

// sys_credentials.c and sys_capabilities.c: users, groups, capabilities
X(getuid)
X(geteuid)
X(getgid)
X(getegid)
X(getresuid)
X(getresgid)
X(getgroups)
X(setuid)
X(setgid)
X(setreuid)
X(setregid)
X(setresuid)
X(setresgid)
X(setfsuid)
X(setfsgid)
X(setgroups)
X(getuid32)
X(geteuid32)
X(getgid32)
X(getegid32)
X(getresuid32)
X(getresgid32)
X(getgroups32)
X(setuid32)
X(setgid32)
X(setreuid32)
X(setregid32)
X(setresuid32)
X(setresgid32)
X(setfsuid32)
X(setfsgid32)
X(setgroups32)
X(capget)
X(capset)

// sys_resource.c: limits, priorities and usage of resources
X(getrlimit)
X(ugetrlimit)
X(setrlimit)
X(prlimit64)
X(getrusage)
X(getpriority)
X(setpriority)
X(nice)

#include "sys/syscall_list_names.h"
#include "sys/syscall_list_sysv.h"
