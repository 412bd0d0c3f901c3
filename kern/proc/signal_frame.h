// signal_frame.h: what the kernel leaves on a program's stack for a signal handler, and takes back.
#pragma once

#include "kern.h"
#include <abi/sigcontext.h>

struct fpu_state;

// Go back to where a handler interrupted the program: sigreturn and rt_sigreturn. Returns the
// program's EAX, the result of the call. A frame that the program has spoiled ends it with SIGSEGV.
long sigframe_return(bool rt);

// Between the processor's FXSAVE image and what a handler sees (signal_frame_fpu.c).
void sigfpu_to_user(const struct fpu_state *state, struct sigfpstate *user);
void sigfpu_from_user(const struct sigfpstate *user, struct fpu_state *state);
