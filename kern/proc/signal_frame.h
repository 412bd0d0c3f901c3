// signal_frame.h: the frame that the kernel leaves on a program's stack for a signal handler.
#pragma once

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
