// Memory and load of the machine.
#pragma once

#include <abi/sysinfo.h>

int sysinfo(struct sysinfo *result);
