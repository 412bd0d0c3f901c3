// ptrace.h: tracing another thread: requests, options, events and structs (ptrace(2)), as i386 Linux
// has them.
#pragma once

#include <abi/signal.h>
#include <abi/types.h>

#define PTRACE_TRACEME 0
#define PTRACE_PEEKTEXT 1
#define PTRACE_PEEKDATA 2
#define PTRACE_PEEKUSR 3
#define PTRACE_POKETEXT 4
#define PTRACE_POKEDATA 5
#define PTRACE_POKEUSR 6
#define PTRACE_CONT 7
#define PTRACE_KILL 8
#define PTRACE_SINGLESTEP 9
#define PTRACE_GETREGS 12
#define PTRACE_SETREGS 13
#define PTRACE_GETFPREGS 14
#define PTRACE_SETFPREGS 15
#define PTRACE_ATTACH 16
#define PTRACE_DETACH 17
#define PTRACE_GETFPXREGS 18
#define PTRACE_SETFPXREGS 19
#define PTRACE_OLDSETOPTIONS 21
#define PTRACE_SYSCALL 24
#define PTRACE_GET_THREAD_AREA 25
#define PTRACE_SET_THREAD_AREA 26
#define PTRACE_SYSEMU 31
#define PTRACE_SYSEMU_SINGLESTEP 32
#define PTRACE_SINGLEBLOCK 33
#define PTRACE_SETOPTIONS 0x4200
#define PTRACE_GETEVENTMSG 0x4201
#define PTRACE_GETSIGINFO 0x4202
#define PTRACE_SETSIGINFO 0x4203
#define PTRACE_GETREGSET 0x4204
#define PTRACE_SETREGSET 0x4205
#define PTRACE_SEIZE 0x4206
#define PTRACE_INTERRUPT 0x4207
#define PTRACE_LISTEN 0x4208
#define PTRACE_PEEKSIGINFO 0x4209
#define PTRACE_GETSIGMASK 0x420a
#define PTRACE_SETSIGMASK 0x420b
#define PTRACE_GET_SYSCALL_INFO 0x420e

// Options. Events have the bit of their number.
#define PTRACE_O_TRACESYSGOOD 0x00000001u
#define PTRACE_O_TRACEFORK (1u << PTRACE_EVENT_FORK)
#define PTRACE_O_TRACEVFORK (1u << PTRACE_EVENT_VFORK)
#define PTRACE_O_TRACECLONE (1u << PTRACE_EVENT_CLONE)
#define PTRACE_O_TRACEEXEC (1u << PTRACE_EVENT_EXEC)
#define PTRACE_O_TRACEVFORKDONE (1u << PTRACE_EVENT_VFORK_DONE)
#define PTRACE_O_TRACEEXIT (1u << PTRACE_EVENT_EXIT)
#define PTRACE_O_TRACESECCOMP (1u << PTRACE_EVENT_SECCOMP)
#define PTRACE_O_EXITKILL 0x00100000u
#define PTRACE_O_SUSPEND_SECCOMP 0x00200000u
#define PTRACE_O_MASK 0x003000ffu

#define PTRACE_EVENT_FORK 1
#define PTRACE_EVENT_VFORK 2
#define PTRACE_EVENT_CLONE 3
#define PTRACE_EVENT_EXEC 4
#define PTRACE_EVENT_VFORK_DONE 5
#define PTRACE_EVENT_EXIT 6
#define PTRACE_EVENT_SECCOMP 7
#define PTRACE_EVENT_STOP 128

// Messages of the stops at a system call (PTRACE_GETEVENTMSG).
#define PTRACE_EVENTMSG_SYSCALL_ENTRY 1
#define PTRACE_EVENTMSG_SYSCALL_EXIT 2

// The registers of a thread (PTRACE_GETREGS), and the first part of struct user.
struct user_regs_struct {
	uint32_t ebx, ecx, edx, esi, edi, ebp, eax;
	uint32_t ds, es, fs, gs;
	uint32_t orig_eax; // the number of the system call; -1: the thread is in none
	uint32_t eip, cs, eflags, esp, ss;
};

_Static_assert(sizeof(struct user_regs_struct) == 68, "struct user_regs_struct has the wrong size");

// The registers of the FPU as FSAVE stores them (PTRACE_GETFPREGS).
struct user_fpregs_struct {
	uint32_t cwd, swd, twd, fip, fcs, foo, fos;
	uint8_t st_space[80];
};

_Static_assert(sizeof(struct user_fpregs_struct) == 108,
               "struct user_fpregs_struct has the wrong size");

// The registers of FPU and SSE as FXSAVE stores them (PTRACE_GETFPXREGS).
struct user_fpxregs_struct {
	uint8_t bytes[512];
};

// What PTRACE_PEEKUSR and PTRACE_POKEUSR address by offsets. Only the registers and the debug
// registers are there.
struct user {
	struct user_regs_struct regs;
	int u_fpvalid;
	struct user_fpregs_struct i387;
	uint32_t u_tsize, u_dsize, u_ssize, start_code, start_stack;
	int32_t signal;
	int reserved;
	uint32_t u_ar0, u_fpstate;
	uint32_t magic;
	char u_comm[32];
	uint32_t u_debugreg[8];
};

_Static_assert(sizeof(struct user) == 284, "struct user has the wrong size");

// Sets of registers (PTRACE_GETREGSET).
#define NT_PRSTATUS 1
#define NT_PRFPREG 2
#define NT_PRXFPREG 0x46e62b7f
#define NT_386_TLS 0x200
#define NT_386_IOPERM 0x201
#define NT_X86_XSTATE 0x202

// The argument of PTRACE_PEEKSIGINFO.
#define PTRACE_PEEKSIGINFO_SHARED 1u

struct ptrace_peeksiginfo_args {
	uint64_t off; // how many to leave out
	uint32_t flags;
	int32_t nr;
};

#define PTRACE_SYSCALL_INFO_NONE 0
#define PTRACE_SYSCALL_INFO_ENTRY 1
#define PTRACE_SYSCALL_INFO_EXIT 2

#define AUDIT_ARCH_I386 0x40000003u

// The result of PTRACE_GET_SYSCALL_INFO.
struct ptrace_syscall_info {
	uint8_t op; // PTRACE_SYSCALL_INFO_
	uint8_t pad[3];
	uint32_t arch;
	uint64_t instruction_pointer;
	uint64_t stack_pointer;
	union {
		struct {
			uint64_t nr;
			uint64_t args[6];
		} entry;
		struct {
			int64_t rval;
			uint8_t is_error;
		} exit;
	};
};
