// Formatted text, and buffered files. The kernel has only the first two functions.
#pragma once

#include <abi/fcntl.h>
#include <abi/types.h>
#include <format.h>
#include <stdarg.h>

int snprintf(char *restrict buffer, size_t size, const char *restrict format, ...)
	PRINTF_LIKE(3, 4);
int vsnprintf(char *restrict buffer, size_t size, const char *restrict format, va_list args)
	PRINTF_LIKE(3, 0);
