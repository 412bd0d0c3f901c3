// signal_frame.h: the frame that the kernel leaves on a program's stack for a signal handler.
#pragma once

#include <abi/signal.h>

struct signal_info;

// Fill *user with the description *info of signal `signo` in the form that programs get. Fields
// that the origin of the signal does not set are 0.
void signal_fill_siginfo(siginfo_t *user, int signo, const struct signal_info *info);

#include "kern.h"
#include <abi/sigcontext.h>

struct fpu_state;

// Return to the place where a handler has interrupted the program: sigreturn, or rt_sigreturn if
// `rt`. The frame lies where the handler's end has left the stack pointer. Restores registers, the
// mask of blocked signals, and with `rt` the alternate stack (an impossible one is passed over).
// Returns the program's EAX, as the result of the call. A frame that cannot be read, or no memory
// for the FPU's registers, causes a SIGSEGV (signal_force), which ends the process unless it has a
// handler. Caller: holds no lock.
long sigframe_return(bool rt);

// Convert the processor's FXSAVE image to the form that a handler sees, which has FSAVE's form too
// (signal_frame_fpu.c). `user` is kernel memory; all of *user is set.
void sigfpu_to_user(const struct fpu_state *state, struct sigfpstate *user);
// Convert back. Where both forms say something, FSAVE's counts. Bits of MXCSR that the processor
// lacks are cleared, so any *user is safe to load.
void sigfpu_from_user(const struct sigfpstate *user, struct fpu_state *state);
