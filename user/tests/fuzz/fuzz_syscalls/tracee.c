// tracee.c: a tracee of a worker's own, so that calls of ptrace do more than fail: it is stopped whenever the
// worker makes a request.

#include "fuzz.h"

#include <abi/ptrace.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIFE 500 // turns of a tracee
#define WALL 0x40000000

// The number of the tracee, and of its tracer: a child of that has it in its memory, but does not trace it.
static int tracee, tracer;

// What a tracee does: calls, a signal to itself, forks. It ends by itself, because its tracer may die.
static void live(void)
{
	struct timespec moment = { 0, 100000 };

	signal(SIGUSR2, SIG_DFL);
	for (int i = 0; i < LIFE; i++) {
		nanosleep(&moment, NULL);
		kill(getpid(), i % 4 ? SIGWINCH : SIGCONT);
		if (i % 8 == 0 && fork() == 0)
			_exit(0);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	_exit(0);
}

static long request(uint32_t number, uint32_t address, uint32_t data)
{
	return raw_call(SYS_ptrace, (uint32_t[ARGS]){ number, (uint32_t)tracee, address, data });
}

// Let the tracee stop, and wait until it has. Returns false if it has ended.
static bool stop_tracee(void)
{
	int status = 0;

	request(PTRACE_INTERRUPT, 0, 0);
	return waitpid(tracee, &status, WALL) == tracee && WIFSTOPPED(status);
}

// Returns true if the caller has a tracee, which it makes if it has none.
static bool have_tracee(uint32_t options)
{
	if (tracee > 0 && tracer == getpid())
		return true;
	tracer = getpid();
	tracee = fork();
	if (tracee == 0)
		live();
	return tracee > 0 && request(PTRACE_SEIZE, 0, options & PTRACE_O_MASK) == 0 &&
	       stop_tracee();
}

// Make a request: args[] are its number, address and data, and bits that decide whether the tracee, if it goes
// on, is stopped again at once.
void trace_own(const uint32_t args[ARGS])
{
	int status;

	if (!have_tracee(args[3])) {
		tracee = 0;
		return;
	}
	request(args[0], args[1], args[2]);
	if (args[3] % 2) // some stops last for more than one request
		return;
	if (waitpid(tracee, &status, WALL | WNOHANG) == tracee && WIFSTOPPED(status))
		return;
	if (request(PTRACE_GETSIGMASK, 8, SLOTS_BASE) != 0 && !stop_tracee())
		tracee = 0;
}

// A request: most of those that exist.
uint32_t trace_value(uint32_t *state)
{
	static const uint16_t requests[] = {
		PTRACE_PEEKDATA,
		PTRACE_PEEKUSR,
		PTRACE_POKEDATA,
		PTRACE_POKEUSR,
		PTRACE_CONT,
		PTRACE_CONT,
		PTRACE_SINGLESTEP,
		PTRACE_SINGLESTEP,
		PTRACE_SYSCALL,
		PTRACE_SYSCALL,
		PTRACE_SYSEMU,
		PTRACE_GETREGS,
		PTRACE_SETREGS,
		PTRACE_GETFPREGS,
		PTRACE_SETFPREGS,
		PTRACE_GETFPXREGS,
		PTRACE_SETFPXREGS,
		PTRACE_SETOPTIONS,
		PTRACE_GETEVENTMSG,
		PTRACE_GETSIGINFO,
		PTRACE_SETSIGINFO,
		PTRACE_GETREGSET,
		PTRACE_SETREGSET,
		PTRACE_LISTEN,
		PTRACE_PEEKSIGINFO,
		PTRACE_GETSIGMASK,
		PTRACE_SETSIGMASK,
		PTRACE_DETACH,
		PTRACE_KILL,
		PTRACE_INTERRUPT,
		PTRACE_GET_THREAD_AREA,
		PTRACE_SET_THREAD_AREA,
		PTRACE_GET_SYSCALL_INFO,
		PTRACE_SYSEMU_SINGLESTEP,
	};

	if (one_in(state, 20))
		return random_word(state);
	return requests[below(state, sizeof(requests) / sizeof(requests[0]))];
}
