// syscall_table.h: the table of system calls.
#pragma once

#include "kern.h"

// Returns the name of system call `number`, one of Linux's or one of ours; NULL if there is no such
// call. Only in builds that print such names: those of DEBUG=1 and STRETCH=1.
const char *syscall_name(uint32_t number);

// Open the gate of system calls (TRAP_SYSCALL) for programs. Called once, at boot, after trap_init.
void syscall_init(void);
