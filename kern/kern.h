// kern.h: what every file of the kernel may use: the shared part of the C library, printk, panic,
// assert, and a few macros. It includes nothing of kern/ itself, so that every layer can include
// it.
#pragma once

#include <abi/errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <abi/types.h>

// An address that a user program gave us. Only kern/vm's copy functions may look behind it; sparse
// holds us to that.
#ifdef __CHECKER__
#define __user __attribute__((noderef, address_space(1)))
#define __force __attribute__((force))
#else
#define __user
#define __force
#endif

#define __noreturn __attribute__((noreturn))
#define __no_stack_guard __attribute__((no_stack_protector))
#define __always_inline inline __attribute__((always_inline))
#define __noinline __attribute__((noinline))
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __section(name) __attribute__((used, section(name)))
#define __printf(string, first) __attribute__((format(printf, string, first)))
#define __must_check __attribute__((warn_unused_result))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - (offsetof(type, member))))

// Round to a multiple of `n`, a power of two. ROUND_UP wraps to 0 past the last multiple.
#define ROUND_DOWN(x, n) ((x) & ~(-1 + (__typeof__(x))(n)))
#define ROUND_UP(x, n) ROUND_DOWN((x) + (-1 + (__typeof__(x))(n)), n)

// Levels of messages, the most urgent first (the numbers of syslog(3)).
enum log_level {
	LOG_EMERG,
	LOG_ALERT,
	LOG_CRIT,
	LOG_ERR,
	LOG_WARNING,
	LOG_NOTICE,
	LOG_INFO,
	LOG_DEBUG
};

// Print a message to every registered console sink whose level admits it. Never sleeps; may be
// called anywhere.
void printk(enum log_level level, const char *format, ...) __printf(2, 3);
void vprintk(enum log_level level, const char *format, va_list args);

// Stop the machine: message, symbolised backtrace, the monitor where somebody can use it, exit code
// EXIT_PANIC.
void panic(const char *format, ...) __noreturn __printf(1, 2);

// A truth about the program itself, never about its input.
#define assert(cond) \
	(likely(cond) ? (void)0 : panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #cond))

// The same where the check is too dear for the normal build.
#ifdef DEBUG
#define debug_assert(cond) assert(cond)
#else
#define debug_assert(cond) ((void)sizeof(!(cond)))
#endif
