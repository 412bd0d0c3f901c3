// Signals of a tracee: each stops it first, ignored ones too; the tracer drops, changes and adds signals,
// and reads and changes their descriptions. Faults; blocked and ignored faults; masks; SIGKILL in a stop.

#include "ptrace.h"

static volatile int got[65];
static volatile int got_code, got_pid_ok;

static void note(int signo, siginfo_t *info, void *context)
{
	(void)context;
	got[signo]++;
	got_code = info->si_code;
	got_pid_ok = info->si_pid == getppid();
}

static void show_info(pid_t pid)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	if (ptrace(PTRACE_GETSIGINFO, pid, 0, (uintptr_t)&info) < 0)
		show("GETSIGINFO", -1);
	else
		say("GETSIGINFO: signal %d, code %#x, from %s\n", info.si_signo,
		    (unsigned int)info.si_code,
		    info.si_pid == getpid() ? "the tracer" :
		    info.si_pid == pid      ? "the tracee" :
		                              "another");
}

static void receiver(void)
{
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	signal(SIGTERM, SIG_IGN);
	kill(getpid(), SIGUSR1); // passed on
	say("SIGUSR1 %d, code %d\n", got[SIGUSR1], got_code);
	kill(getpid(), SIGUSR1); // dropped
	say("SIGUSR1 %d\n", got[SIGUSR1]);
	kill(getpid(), SIGUSR1); // becomes SIGUSR2
	say("SIGUSR1 %d, SIGUSR2 %d, code %d, from the tracer: %d\n", got[SIGUSR1], got[SIGUSR2],
	    got_code, got_pid_ok);
	kill(getpid(), SIGTERM); // ignored
	kill(getpid(), SIGCHLD); // ignored by default
	kill(getpid(), SIGUSR1); // with another description
	say("SIGUSR1 %d, code %d\n", got[SIGUSR1], got_code);
	raise(34);
}

static void signals(void)
{
	pid_t pid = traced_child(receiver);
	siginfo_t info;

	show_info(pid);
	go(CONT, pid, 0);
	show_info(pid);
	go(CONT, pid, SIGUSR1);
	go(CONT, pid, 0);
	go(CONT, pid, SIGUSR2);
	go(CONT, pid, SIGTERM);
	go(CONT, pid, SIGCHLD);
	must(GETSIGINFO, pid, 0, &info);
	info.si_code = SI_QUEUE;
	must(SETSIGINFO, pid, 0, &info);
	go(CONT, pid, SIGUSR1);
	go(CONT, pid, SIGKILL);
}

static void faulter(void)
{
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_RESETHAND };
	sigset_t set;

	sigaction(SIGSEGV, &action, NULL);
	__asm__ volatile("movl $1, %%eax; movl $3, (%%eax)" : : : "eax", "memory");
	_exit(1);
	(void)set;
}

static void ignored_fault(void)
{
	signal(SIGSEGV, SIG_IGN);
	__asm__ volatile("movl $1, %%eax; movl $3, (%%eax)" : : : "eax", "memory");
	_exit(1);
}

static void blocked_fault(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	sigprocmask(SIG_BLOCK, &set, NULL);
	__asm__ volatile("movl $1, %%eax; movl $3, (%%eax)" : : : "eax", "memory");
	_exit(1);
}

static void breakpoint(void)
{
	__asm__ volatile("int3");
	_exit(3);
}

static void faults(void)
{
	pid_t pid = traced_child(faulter);
	siginfo_t info;

	say("faults\n");
	go(CONT, pid, 0);
	must(GETSIGINFO, pid, 0, &info);
	say("code %d, address %#lx\n", info.si_code, (unsigned long)(uintptr_t)info.si_addr);
	go(CONT, pid, 0);       // it faults again
	go(CONT, pid, SIGSEGV); // the handler returns, and it faults again
	go(CONT, pid, SIGSEGV);

	pid = traced_child(ignored_fault);
	go(CONT, pid, 0);
	go(CONT, pid, SIGSEGV);
	pid = traced_child(blocked_fault);
	go(CONT, pid, 0);
	go(CONT, pid, SIGSEGV);
	pid = traced_child(breakpoint);
	go(CONT, pid, 0);
	must(GETSIGINFO, pid, 0, &info);
	say("code %#x\n", (unsigned int)info.si_code);
	go(CONT, pid, 0);
}

static void masker(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, 35);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	raise(SIGSTOP);
	_exit(9);
}

static void masks(void)
{
	pid_t pid = traced_child(masker);
	struct ptrace_peeksiginfo_args args = { 0, PTRACE_PEEKSIGINFO_SHARED, 10 };
	siginfo_t infos[10];
	sigset_t set;

	say("masks\n");
	go(CONT, pid, 0);
	request(PEEKSIGINFO, pid, &args, infos);
	say("signal %d, code %d\n", infos[0].si_signo, infos[0].si_code);
	args.off = 1;
	request(PEEKSIGINFO, pid, &args, infos);
	args.off = args.flags = 0;
	request(PEEKSIGINFO, pid, &args, infos);
	args.flags = 8;
	request(PEEKSIGINFO, pid, &args, infos);
	args.flags = 0;
	args.nr = -1;
	request(PEEKSIGINFO, pid, &args, infos);
	request(PEEKSIGINFO, pid, 8, infos);
	request(GETSIGMASK, pid, 4, &set);
	request(GETSIGMASK, pid, sizeof(set), &set);
	say("SIGUSR1 %d, SIGUSR2 %d\n", sigismember(&set, SIGUSR1), sigismember(&set, SIGUSR2));
	sigdelset(&set, SIGUSR1);
	request(SETSIGMASK, pid, sizeof(set), &set);
	go(CONT, pid, 0); // SIGUSR1 comes now
	sigaddset(&set, SIGUSR1);
	must(SETSIGMASK, pid, sizeof(set), &set);
	go(CONT, pid, SIGUSR1); // blocked again: it waits
}

static void forever(void)
{
	for (;;)
		syscall(SYS_pause);
}

static void deaths(void)
{
	pid_t pid = traced_child(forever);
	int status;

	say("SIGKILL in a stop\n");
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, WNOHANG) == 0)
		sleep_ms(1);
	show_stop("killed", status);
	show("CONT", ptrace(PTRACE_CONT, pid, 0, 0));
	pid = traced_child(forever);
	request(KILL, pid, 0, 0);
	wait_stop("killed", pid);
	pid = traced_child(forever);
	must(CONT, pid, 0, 0);
	request(KILL, pid, 0, 0);
	wait_stop("killed while it ran", pid);
	pid = traced_child(forever);
	request(DETACH, pid, 0, SIGTERM);
	wait_stop("detached with SIGTERM", pid);
}

int main(void)
{
	signals();
	faults();
	masks();
	deaths();
	return 0;
}
