// Formatted text, and buffered files. The kernel has only the four functions of the first part;
// lib/format.c says which conversions there are.
#pragma once

#include <abi/fcntl.h>
#include <abi/types.h>
#include <stdarg.h>

#define STDIO_FORMAT(format, first) __attribute__((format(printf, format, first)))

int snprintf(char *restrict buffer, size_t size, const char *restrict format, ...)
	STDIO_FORMAT(3, 4);
int vsnprintf(char *restrict buffer, size_t size, const char *restrict format, va_list args)
	STDIO_FORMAT(3, 0);
int sprintf(char *restrict buffer, const char *restrict format, ...) STDIO_FORMAT(2, 3);
int vformat(void (*emit)(void *context, const char *text, size_t n), void *context,
	    const char *restrict format, va_list args) STDIO_FORMAT(3, 0);
