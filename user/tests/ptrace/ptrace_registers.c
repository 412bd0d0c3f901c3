// The registers of a tracee: single registers, sets of them, the FPU's; steps; and the debug registers:
// breakpoints and watchpoints.

#include "ptrace.h"

#include <sys/uio.h>

#define USER(member) offsetof(struct user, member)
#define DR(n) (offsetof(struct user, u_debugreg) + 4 * (n))

static volatile int watched[4], counter;

static __attribute__((noinline)) void visited(void)
{
	counter++;
}

static void plain(void)
{
	register uint32_t eax __asm__("eax") = 0x1111;

	__asm__ volatile(
		"movl $0x2222, %%ebx; movl $0x3333, %%ecx; int3; cmpl $0x7777, %%ebx; je 1f;"
		"movl $1, %%ebx; movl $1, %%eax; int $0x80; 1:"
		: "+r"(eax)
		:
		: "ebx", "ecx", "memory");
	_exit(eax == 0x8888 ? 0 : 2);
}

static void single_registers(void)
{
	pid_t pid = traced_child(plain);
	struct user_regs_struct regs;
	uint32_t value = 1;

	go(CONT, pid, 0);
	regs = registers_of(pid);
	say("eax %#x, ebx %#x, ecx %#x, orig_eax %d\n", regs.eax, regs.ebx, regs.ecx,
	    (int)regs.orig_eax);
	say("privilege %u, %u, %u, %u\n", regs.cs & 3, regs.ss & 3, regs.ds & 3, regs.es & 3);
	request(PEEKUSR, pid, USER(regs.ecx), &value);
	say("ecx %#x\n", value);
	request(PEEKUSR, pid, USER(u_fpvalid), &value);
	request(PEEKUSR, pid, 3, &value);
	request(PEEKUSR, pid, sizeof(struct user), &value);
	request(PEEKUSR, pid, 0, 16);
	request(POKEUSR, pid, USER(u_fpvalid), 1);
	request(POKEUSR, pid, USER(regs.cs), 0);
	request(POKEUSR, pid, USER(regs.cs), 8);
	request(POKEUSR, pid, USER(regs.ds), 0x10);
	request(POKEUSR, pid, USER(regs.fs), 0x10);
	request(POKEUSR, pid, USER(regs.fs), 0);
	request(POKEUSR, pid, USER(regs.eflags), 0xffffffff);
	request(PEEKUSR, pid, USER(regs.eflags), &value);
	say("eflags %#x\n", value);
	request(POKEUSR, pid, USER(regs.eflags), 2);
	request(PEEKUSR, pid, USER(regs.eflags), &value);
	say("eflags %#x\n", value);
	regs.ebx = 0x7777;
	regs.eax = 0x8888;
	request(SETREGS, pid, 0, &regs);
	request(SETREGS, pid, 0, 16);
	request(GETREGS, pid, 0, 16);
	go(CONT, pid, 0);
}

static void floats(void)
{
	float two = 2;
	int control = 0;

	__asm__ volatile("fninit; flds %1; int3; fsts %1; fnstcw %0" : "=m"(control), "+m"(two));
	_exit(two == 8 ? control & 0xff : 1);
}

static void sets(void)
{
	pid_t pid = traced_child(floats);
	static struct user_fpregs_struct fpu;
	static struct user_fpxregs_struct fpu_x;
	static char bytes[8192];
	struct iovec iov = { bytes, sizeof(bytes) };

	say("sets\n");
	go(CONT, pid, 0);
	request(GETREGSET, pid, NT_PRSTATUS, &iov);
	say("%zu bytes\n", iov.iov_len);
	iov.iov_len = 6;
	request(GETREGSET, pid, NT_PRSTATUS, &iov);
	iov.iov_len = 8;
	request(GETREGSET, pid, NT_PRSTATUS, &iov);
	say("%zu bytes\n", iov.iov_len);
	iov.iov_len = sizeof(bytes);
	request(GETREGSET, pid, NT_PRFPREG, &iov);
	say("%zu bytes\n", iov.iov_len);
	iov.iov_len = sizeof(bytes);
	request(GETREGSET, pid, NT_PRXFPREG, &iov);
	say("%zu bytes\n", iov.iov_len);
	iov.iov_len = sizeof(bytes);
	request(GETREGSET, pid, NT_386_TLS, &iov);
	say("%zu bytes\n", iov.iov_len);
	iov.iov_len = sizeof(bytes);
	request(GETREGSET, pid, 12345, &iov);
	request(GETREGSET, pid, NT_PRSTATUS, 16);
	request(GETFPREGS, pid, 0, &fpu);
	say("control %#x, tags %#x, status %#x\n", fpu.cwd, fpu.twd, fpu.swd);
	fpu.st_space[8] = 2; // the exponent's low byte: 2 becomes 8
	fpu.cwd = (fpu.cwd & ~0xffu) | 0x3e;
	request(SETFPREGS, pid, 0, &fpu);
	request(GETFPXREGS, pid, 0, &fpu_x);
	say("control %#x, exponent %d\n", fpu_x.bytes[0], fpu_x.bytes[32 + 8]);
	fpu_x.bytes[24 + 3] = 0x80; // a bit of mxcsr that no processor has
	request(SETFPXREGS, pid, 0, &fpu_x);
	fpu_x.bytes[24 + 3] = 0;
	request(SETFPXREGS, pid, 0, &fpu_x);
	go(CONT, pid, 0);
}

static void walker(void)
{
	__asm__ volatile("int3; nop; nop; movl $20, %%eax; int $0x80; nop; nop"
	                 :
	                 :
	                 : "eax", "memory");
	_exit(0);
}

static void steps(void)
{
	pid_t pid = traced_child(walker);
	struct user_regs_struct regs;
	uint32_t eip, dr6 = 0;
	siginfo_t info;

	say("steps\n");
	go(CONT, pid, 0);
	eip = registers_of(pid).eip;
	for (int i = 0; i < 6; i++) {
		go(SINGLESTEP, pid, 0);
		regs = registers_of(pid);
		must(GETSIGINFO, pid, 0, &info);
		must(PEEKUSR, pid, DR(6), &dr6);
		say("eip + %u, TF %d, code %d, DR6 %#x\n", regs.eip - eip, !!(regs.eflags & 0x100),
		    info.si_code, dr6);
	}
	go(CONT, pid, 0);
}

static void handler(int signo)
{
	(void)signo;
}

static void handles(void)
{
	signal(SIGUSR1, handler);
	kill(getpid(), SIGUSR1);
	_exit(0);
}

static void step_into_handler(void)
{
	pid_t pid = traced_child(handles);
	struct user_regs_struct regs;
	siginfo_t info;

	say("a step into a handler\n");
	go(CONT, pid, 0);
	go(SINGLESTEP, pid, SIGUSR1);
	regs = registers_of(pid);
	must(GETSIGINFO, pid, 0, &info);
	say("at the handler: %d, TF %d, code %d\n", regs.eip == (uint32_t)(uintptr_t)handler,
	    !!(regs.eflags & 0x100), info.si_code);
	go(CONT, pid, 0);
}

static void toucher(void)
{
	visited();
	visited();
	watched[1] = 5;
	watched[2] = watched[1] + 1;
	read(-1, NULL, 0);
	_exit(counter + watched[2]);
}

static void hit(pid_t pid)
{
	uint32_t dr6 = 0;
	siginfo_t info;

	must(PEEKUSR, pid, DR(6), &dr6);
	must(GETSIGINFO, pid, 0, &info);
	say("DR6 %#x, code %d, at the function: %d\n", dr6, info.si_code,
	    registers_of(pid).eip == (uint32_t)(uintptr_t)visited);
}

static void breakpoints(void)
{
	pid_t pid = traced_child(toucher);
	uint32_t value = 1;

	say("debug registers\n");
	request(PEEKUSR, pid, DR(7), &value);
	say("DR7 %#x\n", value);
	request(POKEUSR, pid, DR(4), 1);
	request(POKEUSR, pid, DR(0), visited);
	request(POKEUSR, pid, DR(1), &watched[1]);
	request(POKEUSR, pid, DR(7), 0x00020004); // I/O
	request(POKEUSR, pid, DR(7), 0x00040001); // an instruction of two bytes
	request(POKEUSR, pid, DR(2), (char *)&watched[2] + 1);
	request(POKEUSR, pid, DR(7), 0x0d000010); // four bytes, not aligned
	request(POKEUSR, pid, DR(7), 0x00d00005); // an instruction, and four bytes written
	request(PEEKUSR, pid, DR(7), &value);
	say("DR7 %#x\n", value);
	request(PEEKUSR, pid, DR(0), &value);
	check("DR0", value == (uint32_t)(uintptr_t)visited);
	go(CONT, pid, 0);
	hit(pid);
	go(CONT, pid, 0);
	hit(pid);
	go(CONT, pid, 0);
	hit(pid);
	request(POKEUSR, pid, DR(7), 0x00f00004); // now reads and writes
	go(CONT, pid, 0);
	hit(pid);
	request(POKEUSR, pid, DR(7), 0);
	go(CONT, pid, 0);
}

int main(void)
{
	single_registers();
	sets();
	steps();
	step_into_handler();
	breakpoints();
	return 0;
}
