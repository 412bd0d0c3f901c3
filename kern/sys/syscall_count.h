// syscall_count.h: the size of the table of system calls, for C and for assembly.
#pragma once

#define SYSCALL_LIMIT 512 // numbers from here on are not in the table
