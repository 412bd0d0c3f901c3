// sys_machine.h: the names of the machine.
#pragma once

#include <abi/utsname.h>

// Returns the names of the machine, as uname(2) shows them; the bytes after each name are 0. The
// option `sysname` replaces the first name ("Quire") if it has at most 64 bytes. Needs no lock.
struct utsname machine_names(void);
