// What the system told the program when it started it.
#pragma once

#include <abi/elf.h>

unsigned long getauxval(unsigned long type);
