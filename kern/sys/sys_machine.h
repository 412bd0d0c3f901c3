// sys_machine.h: the names of the machine.
#pragma once

#include <abi/utsname.h>

// Returns the names of the machine, as uname(2) shows them. Needs no lock.
struct utsname machine_names(void);
