// syscall_count.h: how far the table of system calls goes, for C and for assembly.
#pragma once

#define SYSCALL_LIMIT 512 // numbers from here on are not in the table
