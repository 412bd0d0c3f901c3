// The registers that a signal handler with SA_SIGINFO gets by its third argument: the struct
// ucontext of the system, with the names that programs use.
#pragma once

#include <abi/sigcontext.h>

typedef struct {
	int gregs[19]; // struct sigcontext up to and with ss, indexed by the REG_ numbers
	uint32_t fpregs;
	unsigned long oldmask;
	unsigned long cr2;
} mcontext_t;

typedef struct ucontext_names {
	unsigned long uc_flags;
	struct ucontext_names *uc_link;
	stack_t uc_stack;
	mcontext_t uc_mcontext;
	sigset_t uc_sigmask;
} ucontext_t;

_Static_assert(sizeof(ucontext_t) == sizeof(struct ucontext), "ucontext_t has the wrong size");

#define REG_GS 0
#define REG_FS 1
#define REG_ES 2
#define REG_DS 3
#define REG_EDI 4
#define REG_ESI 5
#define REG_EBP 6
#define REG_ESP 7
#define REG_EBX 8
#define REG_EDX 9
#define REG_ECX 10
#define REG_EAX 11
#define REG_TRAPNO 12
#define REG_ERR 13
#define REG_EIP 14
#define REG_CS 15
#define REG_EFL 16
#define REG_UESP 17
#define REG_SS 18
