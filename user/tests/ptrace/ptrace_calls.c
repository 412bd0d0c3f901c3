// PTRACE_SYSCALL: both stops of each call, what the registers say there, calls that the tracer changes,
// skips, emulates; calls that are interrupted; and PTRACE_GET_SYSCALL_INFO.

#include "ptrace.h"

static void three_calls(void)
{
	syscall(SYS_getppid);
	syscall(SYS_close, 99);
	syscall(SYS_dup2, 77, 78);
	_exit(7);
}

static void show_call(pid_t pid)
{
	struct user_regs_struct regs = registers_of(pid);
	struct ptrace_syscall_info info;
	long size;
	uint32_t message = 99;

	memset(&info, 0, sizeof(info));
	must(GETEVENTMSG, pid, 0, &message);
	size = ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), (uintptr_t)&info);
	if ((int)regs.eax == getpid())
		regs.eax = info.exit.rval = 1;
	say("  call %d, eax %d, message %u; info of %ld bytes: op %d, arch %#x", (int)regs.orig_eax,
	    (int)regs.eax, message, size, info.op, info.arch);
	if (regs.orig_eax == SYS_dup2)
		say(", ebx %d, ecx %d", (int)regs.ebx, (int)regs.ecx);
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY && regs.orig_eax == SYS_dup2)
		say(", call %d, arguments %d, %d\n", (int)info.entry.nr, (int)info.entry.args[0],
		    (int)info.entry.args[1]);
	else if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		say(", call %d\n", (int)info.entry.nr);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		say(", result %d, error %d\n", (int)info.exit.rval, info.exit.is_error);
	else
		say("\n");
}

static void stops_of_calls(uintptr_t options)
{
	pid_t pid = traced_child(three_calls);

	request(SETOPTIONS, pid, 0, options);
	for (int i = 0; i < 7; i++) {
		if (!WIFSTOPPED(go(SYSCALL, pid, 0)))
			break;
		show_call(pid);
	}
	go(SYSCALL, pid, 0);
}

static void changed_call(void)
{
	long result = syscall(SYS_close, 99);

	say("close: %ld\n", result == -1 ? -errno : result);
	result = syscall(SYS_getuid);
	say("skipped: %ld\n", result == -1 ? -errno : result);
	result = syscall(SYS_getuid);
	say("skipped with a result: %ld\n", result);
	result = syscall(SYS_close, 98);
	say("result replaced: %ld\n", result);
}

static void changes(void)
{
	struct user_regs_struct regs;
	pid_t pid = traced_child(changed_call);

	say("the tracer changes calls\n");
	must(SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
	go(SYSCALL, pid, 0);
	must(POKEUSR, pid, offsetof(struct user_regs_struct, orig_eax), SYS_dup2);
	must(POKEUSR, pid, offsetof(struct user_regs_struct, ebx), 1);
	must(POKEUSR, pid, offsetof(struct user_regs_struct, ecx), 40);
	go(SYSCALL, pid, 0);
	for (int i = 0; i < 3; i++) { // past the output
		go(SYSCALL, pid, 0);
		regs = registers_of(pid);
		if (regs.orig_eax == SYS_getuid)
			break;
	}
	regs.orig_eax = (uint32_t)-1;
	must(SETREGS, pid, 0, &regs);
	go(SYSCALL, pid, 0);
	for (int i = 0; i < 3; i++) {
		go(SYSCALL, pid, 0);
		regs = registers_of(pid);
		if (regs.orig_eax == SYS_getuid)
			break;
	}
	regs.orig_eax = (uint32_t)-1;
	regs.eax = 4711;
	must(SETREGS, pid, 0, &regs);
	go(SYSCALL, pid, 0);
	for (int i = 0; i < 3; i++) {
		go(SYSCALL, pid, 0);
		regs = registers_of(pid);
		if (regs.orig_eax == SYS_close)
			break;
	}
	go(SYSCALL, pid, 0);
	must(POKEUSR, pid, offsetof(struct user_regs_struct, eax), 815);
	go(CONT, pid, 0);
}

static void emulated(void)
{
	long result = syscall(4321, 5, 6);

	_exit(result == 55 ? 0 : 1);
}

static void emulation(void)
{
	pid_t pid = traced_child(emulated);
	struct user_regs_struct regs;

	say("calls that the tracer emulates\n");
	go(SYSEMU, pid, 0);
	regs = registers_of(pid);
	say("call %u(%u, %u)\n", regs.orig_eax, regs.ebx, regs.ecx);
	regs.eax = 55;
	must(SETREGS, pid, 0, &regs);
	go(SYSEMU, pid, 0);
	regs = registers_of(pid);
	say("call %u(%u)\n", regs.orig_eax, regs.ebx);
	go(SYSEMU, pid, 0); // it was not made
	end(pid);
}

static void handler(int signo)
{
	(void)signo;
}

static void sleeper(void)
{
	struct sigaction action = { .sa_handler = handler };
	struct timespec long_time = { 1000, 0 };
	long result;

	sigaction(SIGUSR1, &action, NULL);
	result = nanosleep(&long_time, NULL);
	say("nanosleep: %s\n", result ? error_name(errno) : "0");
}

// A call that a signal interrupts: made again without the signal, ended by the handler with it.
static void interrupted(void)
{
	pid_t pid = traced_child(sleeper);
	int i;

	say("a call that is interrupted\n");
	must(SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
	for (i = 0; i < 6; i++) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, 0) < 0 || waitpid(pid, NULL, 0) != pid)
			break;
		if (registers_of(pid).orig_eax == SYS_nanosleep)
			break;
	}
	must(SYSCALL, pid, 0, 0);
	sleep_ms(50);
	kill(pid, SIGUSR1);
	wait_stop("the end of nanosleep", pid);
	say("eax %d\n", (int)registers_of(pid).eax);
	go(SYSCALL, pid, 0); // the signal
	go(SYSCALL, pid, 0); // dropped: the call goes on
	say("call %u\n", registers_of(pid).orig_eax);
	must(SYSCALL, pid, 0, 0);
	sleep_ms(50);
	kill(pid, SIGUSR1);
	wait_stop("the end of it", pid);
	say("eax %d\n", (int)registers_of(pid).eax);
	go(SYSCALL, pid, 0); // the signal
	go(CONT, pid, SIGUSR1);
}

int main(void)
{
	say("without PTRACE_O_TRACESYSGOOD\n");
	stops_of_calls(0);
	say("with PTRACE_O_TRACESYSGOOD\n");
	stops_of_calls(PTRACE_O_TRACESYSGOOD);
	changes();
	emulation();
	interrupted();
	return 0;
}
