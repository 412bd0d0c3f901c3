// fault_signals.h: turning exceptions of programs into signals.
#pragma once

// Register the handlers of exceptions, of failed page faults, and of signals on the way to user
// mode. Once, at boot.
void exceptions_init(void);
