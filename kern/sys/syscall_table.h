// syscall_table.h: the table of system calls.
#pragma once

// Open the gate for programs. Once, at boot.
void syscall_init(void);
