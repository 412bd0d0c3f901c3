// The auxiliary vector: values that the system passes to a program when the program starts.
#pragma once

#include <abi/elf.h>

unsigned long getauxval(unsigned long type);
