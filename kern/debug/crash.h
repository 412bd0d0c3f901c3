// crash.h: mistakes made on purpose, to see what the kernel says of them: the option `crash=NAME`, and
// the monitor's command `crash NAME`.
#pragma once

#include "kern.h"

// If the option asks for a crash, crash.
void crash_if_asked(void);

// The same for a name; returns where there is none such, or where nothing has noticed.
void crash(const char *name);
