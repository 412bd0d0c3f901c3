// signal_frame.h: the frame that the kernel leaves on a program's stack for a signal handler.
#pragma once

#include <abi/signal.h>

struct signal_info;

// Fill *user with the description of a signal in the form that programs get.
void signal_fill_siginfo(siginfo_t *user, int signo, const struct signal_info *info);

#include "kern.h"
#include <abi/sigcontext.h>

struct fpu_state;

// Return to the place where a handler has interrupted the program: sigreturn, or rt_sigreturn if
// `rt`. Returns the program's EAX, as the result of the call. An invalid frame ends the program
// with SIGSEGV.
long sigframe_return(bool rt);

// Convert between the processor's FXSAVE image and the form that a handler sees
// (signal_frame_fpu.c).
void sigfpu_to_user(const struct fpu_state *state, struct sigfpstate *user);
void sigfpu_from_user(const struct sigfpstate *user, struct fpu_state *state);
