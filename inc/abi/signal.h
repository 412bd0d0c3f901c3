// Signals: numbers, actions, and the information that a handler gets.
#pragma once

#include <abi/types.h>

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGIOT SIGABRT
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGSTKFLT 16
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGIO 29
#define SIGPOLL SIGIO
#define SIGPWR 30
#define SIGSYS 31
#define SIGRTMIN_KERNEL 32 // the first real-time signal; the C libraries keep a few for themselves
#define SIGRTMAX_KERNEL 64
#define NSIG 65 // signals are 1 to NSIG - 1

// A set of signals: signal n is bit n - 1, counted from bits[0].
typedef struct {
	uint32_t bits[2];
} sigset_t;

#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_NOCLDSTOP 0x00000001u
#define SA_NOCLDWAIT 0x00000002u
#define SA_SIGINFO 0x00000004u
#define SA_UNSUPPORTED 0x00000400u
#define SA_EXPOSE_TAGBITS 0x00000800u
#define SA_RESTORER 0x04000000u
#define SA_ONSTACK 0x08000000u
#define SA_RESTART 0x10000000u
#define SA_NODEFER 0x40000000u
#define SA_RESETHAND 0x80000000u

union sigval {
	int sival_int;
	void *sival_ptr;
};

// How a timer, or another event, is reported (timer_create(2)).
#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1
#define SIGEV_THREAD 2
#define SIGEV_THREAD_ID 4

struct sigevent {
	union sigval sigev_value;
	int sigev_signo;
	int sigev_notify;
	int sigev_notify_thread_id; // SIGEV_THREAD_ID
	int pad[12];
};

#define SIGINFO_SIZE 128

// The information that a handler with SA_SIGINFO gets. si_signo and si_code determine which member
// of the union is valid; programs use the si_ names below.
typedef struct siginfo {
	int si_signo;
	int si_errno;
	int si_code;
	union {
		int pad[(SIGINFO_SIZE - 12) / 4];
		struct { // kill, tgkill, sigqueue: SI_USER, SI_TKILL, SI_QUEUE
			pid_t pid;
			uid_t uid;
			union sigval value;
		} sender;
		struct { // SI_TIMER
			int id;
			int overrun;
			union sigval value;
		} timer;
		struct { // SIGCHLD
			pid_t pid;
			uid_t uid;
			int status; // exit status, or the signal
			clock_t utime;
			clock_t stime;
		} child;
		struct { // SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP
			void *addr;
			short addr_lsb;
		} fault;
		struct { // SIGIO
			long band;
			int fd;
		} poll;
	} fields;
} siginfo_t;

_Static_assert(sizeof(siginfo_t) == SIGINFO_SIZE, "siginfo has the wrong size");

#define si_pid fields.sender.pid
#define si_uid fields.sender.uid
#define si_value fields.sender.value
#define si_int fields.sender.value.sival_int
#define si_ptr fields.sender.value.sival_ptr
#define si_timerid fields.timer.id
#define si_overrun fields.timer.overrun
#define si_status fields.child.status
#define si_utime fields.child.utime
#define si_stime fields.child.stime
#define si_addr fields.fault.addr
#define si_addr_lsb fields.fault.addr_lsb
#define si_band fields.poll.band
#define si_fd fields.poll.fd

// si_code of any signal
#define SI_USER 0
#define SI_KERNEL 128
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_MESGQ (-3)
#define SI_ASYNCIO (-4)
#define SI_SIGIO (-5)
#define SI_TKILL (-6)

// si_code of SIGILL
#define ILL_ILLOPC 1
#define ILL_ILLOPN 2
#define ILL_ILLADR 3
#define ILL_ILLTRP 4
#define ILL_PRVOPC 5
#define ILL_PRVREG 6
#define ILL_COPROC 7
#define ILL_BADSTK 8

// si_code of SIGFPE
#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define FPE_FLTSUB 8
#define FPE_FLTUNK 14 // nobody knows which

// si_code of SIGSEGV
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2

// si_code of SIGBUS
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define BUS_OBJERR 3

// si_code of SIGTRAP
#define TRAP_BRKPT 1
#define TRAP_TRACE 2
#define TRAP_BRANCH 3
#define TRAP_HWBKPT 4

// si_code of SIGIO, and of another signal in its place (F_SETSIG)
#define POLL_IN 1
#define POLL_OUT 2
#define POLL_MSG 3
#define POLL_ERR 4
#define POLL_PRI 5
#define POLL_HUP 6

// si_code of SIGCHLD
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6

// The argument of rt_sigaction. A handler returns to the restorer, which makes the call
// rt_sigreturn (with SA_SIGINFO) or sigreturn (without).
struct sigaction {
	union {
		void (*handler)(int signo);
		void (*action)(int signo, siginfo_t *info, void *context);
	} function;
	unsigned long sa_flags;
	void (*sa_restorer)(void);
	sigset_t sa_mask;
};

_Static_assert(sizeof(struct sigaction) == 20, "struct sigaction has the wrong size");

#define sa_handler function.handler
#define sa_sigaction function.action

// The argument of the old sigaction call (number 67).
struct old_sigaction {
	void (*old_handler)(int signo);
	uint32_t old_mask;
	unsigned long old_flags;
	void (*old_restorer)(void);
};

#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))1)
#define SIG_ERR ((void (*)(int)) - 1)

typedef struct sigaltstack {
	void *ss_sp;
	int ss_flags;
	size_t ss_size;
} stack_t;

#define SS_ONSTACK 1
#define SS_DISABLE 2
#define SS_AUTODISARM 0x80000000u
#define MINSIGSTKSZ 2048
#define SIGSTKSZ 8192
