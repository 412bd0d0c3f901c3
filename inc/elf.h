// ELF files and the auxiliary vector.
#pragma once

#include <abi/elf.h>
