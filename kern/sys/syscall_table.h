// syscall_table.h: the table of system calls.
#pragma once

// Open the gate of system calls for programs. Called once, at boot.
void syscall_init(void);
