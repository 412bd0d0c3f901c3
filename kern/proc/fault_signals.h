// fault_signals.h: exceptions of programs become signals.
#pragma once

// Register the handlers. Once, at boot.
void exceptions_init(void);
