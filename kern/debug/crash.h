// crash.h: errors made on purpose, to see how the kernel reports them: the option `crash=NAME`,
// and the monitor's command `crash NAME`.
#pragma once

#include "kern.h"

// Make the error that the option `crash` names, by crash(). Does nothing if the option is not
// given, or if its value has 20 bytes or more.
void crash_if_asked(void);

// Make the error called `name`, in a list in crash.c. Returns only if there is no such error, or if
// nothing in the kernel has detected it: then it prints a warning.
void crash(const char *name);
