// Numbers from text, and for programs: memory, environment, sorting, the end of the program.
// The kernel has only the four conversions of the first part.
#pragma once

#include <stddef.h>

long strtol(const char *restrict s, char **restrict end, int base);
unsigned long strtoul(const char *restrict s, char **restrict end, int base);
long long strtoll(const char *restrict s, char **restrict end, int base);
unsigned long long strtoull(const char *restrict s, char **restrict end, int base);
