// ptrace.h: tracing, for tests: the call, and how a tracee's stops are printed. Numbers of processes and
// addresses differ from run to run; so they are never printed.
#pragma once

#include "test.h"

#include <abi/ptrace.h>

#define O_(name) PTRACE_O_##name

// Read /proc/PID/status as a string; an empty one if there is no such process.
static inline void read_status(pid_t pid, char *text, size_t size)
{
	char path[40];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	n = read(fd, text, size - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
}

static inline long ptrace(long request, pid_t pid, uintptr_t addr, uintptr_t data)
{
	return syscall(SYS_ptrace, request, pid, addr, data);
}

// Print what a request returned.
#define request(name, pid, addr, data) \
	show(#name, ptrace(PTRACE_##name, pid, (uintptr_t)(addr), (uintptr_t)(data)))

// Make a request that must succeed; print only if it does not.
#define must(name, pid, addr, data)                                                       \
	do {                                                                              \
		if (ptrace(PTRACE_##name, pid, (uintptr_t)(addr), (uintptr_t)(data)) < 0) \
			show(#name, -1);                                                  \
	} while (0)

static inline const char *event_name(int event)
{
	static const char *const names[] = { "none", "fork",       "vfork", "clone",
		                             "exec", "vfork done", "exit",  "seccomp" };

	return event == PTRACE_EVENT_STOP ? "stop" : event < (int)COUNT(names) ? names[event] : "?";
}

// Print a status that wait has stored. Returns it.
static inline int show_stop(const char *what, int status)
{
	if (!WIFSTOPPED(status))
		show_status(what, status);
	else if (status >> 16)
		say("%s: stopped by %d, event %s\n", what, WSTOPSIG(status),
		    event_name(status >> 16));
	else
		say("%s: stopped by %d\n", what, WSTOPSIG(status));
	return status;
}

// Wait for a stop or the end of `pid`, and print it. Returns the status.
static inline int wait_stop(const char *what, pid_t pid)
{
	int status = -1;
	pid_t result = waitpid(pid, &status, 0x40000000); // __WALL

	if (result != pid) {
		show(what, result);
		return -1;
	}
	return show_stop(what, status);
}

// Let the tracee go on by `name`, and print its next stop.
#define go(name, pid, signo)                                                            \
	(ptrace(PTRACE_##name, pid, 0, (uintptr_t)(signo)) < 0 ? (int)show(#name, -1) : \
	                                                         wait_stop("after " #name, pid))

// The registers of a stopped tracee.
static inline struct user_regs_struct registers_of(pid_t pid)
{
	struct user_regs_struct regs;

	memset(&regs, 0, sizeof(regs));
	must(GETREGS, pid, 0, &regs);
	return regs;
}

// A child that has asked to be traced, and has stopped itself by SIGSTOP; then it runs `function`.
static inline pid_t traced_child(void (*function)(void))
{
	int status;
	pid_t pid = fork_or_end();

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
			show("TRACEME", -1);
		kill(getpid(), SIGSTOP);
		function();
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) || WSTOPSIG(status) != SIGSTOP)
		say("traced_child: status %#x\n", (unsigned int)status);
	return pid;
}

// End a tracee or a child.
static inline void end(pid_t pid)
{
	int status = 0;

	kill(pid, SIGKILL);
	do
		if (waitpid(pid, &status, 0x40000000) != pid)
			break;
	while (WIFSTOPPED(status));
}
