// The core of printf: text goes out through a function in pieces, so that it may end in a buffer,
// in a file, or in the kernel's log. lib/format.c says which conversions there are.
#pragma once

#include <stdarg.h>
#include <stddef.h>

#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

// Take `n` bytes at `text`; `context` is the argument that the caller passed to vformat().
typedef void emit_t(void *context, const char *text, size_t n);

int vformat(emit_t *emit, void *context, const char *format, va_list args) PRINTF_LIKE(3, 0);
