// The frame on the user's stack while a signal handler runs, as i386 Linux lays it out. The kernel
// writes the frame when it calls the handler and reads it back in sigreturn; a handler may change
// it.
#pragma once

#include <abi/signal.h>
#include <abi/types.h>

// The user's registers. Each segment register takes four bytes, of which two count.
struct sigcontext {
	uint16_t gs, gs_pad;
	uint16_t fs, fs_pad;
	uint16_t es, es_pad;
	uint16_t ds, ds_pad;
	uint32_t edi;
	uint32_t esi;
	uint32_t ebp;
	uint32_t esp;
	uint32_t ebx;
	uint32_t edx;
	uint32_t ecx;
	uint32_t eax;
	uint32_t trapno; // the exception that raised the signal, else the thread's last exception
	uint32_t err;    // its error code
	uint32_t eip;
	uint16_t cs, cs_pad;
	uint32_t eflags;
	uint32_t esp_at_signal; // a copy of esp
	uint16_t ss, ss_pad;
	uint32_t fpstate; // address of a struct sigfpstate, or 0
	uint32_t oldmask; // signals 1 to 32 of the mask to restore
	uint32_t cr2;
};

_Static_assert(sizeof(struct sigcontext) == 88, "struct sigcontext has the wrong size");

#define SIGFPSTATE_FXSAVE 0x0000 // value of `magic` when the FXSAVE image is there
#define SIGFPSTATE_FSAVE 0xffff  // value of `magic` when only the old part is

// The floating-point state: first as FSAVE stores it (Intel SDM vol. 1, 8.1.10), then as FXSAVE
// does (vol. 1, 10.5.1). The second part starts at a multiple of 16.
struct sigfpstate {
	uint32_t cw;
	uint32_t sw;
	uint32_t tag;
	uint32_t ipoff;
	uint32_t cssel;
	uint32_t dataoff;
	uint32_t datasel;
	uint8_t st[8][10];
	uint16_t status; // a copy of sw
	uint16_t magic;
	uint8_t fxsave[512];
};

_Static_assert(sizeof(struct sigfpstate) == 624, "struct sigfpstate has the wrong size");

struct ucontext {
	uint32_t uc_flags;
	uint32_t uc_link;
	stack_t uc_stack;
	struct sigcontext uc_mcontext;
	sigset_t uc_sigmask;
};

_Static_assert(sizeof(struct ucontext) == 116, "struct ucontext has the wrong size");

// The frame of a handler without SA_SIGINFO. The return address is the first member, so that a
// handler finds `signo` as its argument. The floating-point state lies above, outside the frame.
struct sigframe {
	uint32_t return_address;
	int32_t signo;
	struct sigcontext context;
	struct sigfpstate unused;
	uint32_t mask_high; // signals 33 to 64 of the mask to restore
	uint8_t return_code[8];
};

// The frame of a handler with SA_SIGINFO: three arguments, two of which point into the frame.
struct rt_sigframe {
	uint32_t return_address;
	int32_t signo;
	uint32_t info_address;
	uint32_t context_address;
	siginfo_t info;
	struct ucontext context;
	uint8_t return_code[8];
};
