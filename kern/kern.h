// kern.h: definitions that every file of the kernel may use: the shared part of the C library,
// printk, panic, assert, and a few macros. This file includes nothing else of kern/, so that every
// layer can include it.
#pragma once

#include <abi/errno.h>
#include <abi/types.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Marks an address that a user program gave to the kernel. Only the copy functions of kern/vm may
// read or write memory through it. The checker sparse reports every other access.
#ifdef __CHECKER__
#define __user __attribute__((noderef, address_space(1)))
#define __force __attribute__((force))
#else
#define __user
#define __force
#endif

// Short names for the compiler's attributes (GCC manual, "Function Attributes"). __noinline keeps
// a rare path out of a hot function. __no_stack_guard is for functions that run before the guard
// word is chosen (debug/stackguard.h). __section also keeps a variable that no code names.
#define __noreturn __attribute__((noreturn))
#define __no_stack_guard __attribute__((no_stack_protector))
#define __always_inline inline __attribute__((always_inline))
#define __noinline __attribute__((noinline))
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __section(name) __attribute__((used, section(name)))
#define __printf(string, first) __attribute__((format(printf, string, first)))
#define __must_check __attribute__((warn_unused_result))

// Tell the compiler which way a condition nearly always goes. It then keeps the rare path out of
// line.
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

// The number of elements of the array `a`; `a` must not be a pointer.
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
// The smaller and the larger of two values. Each argument may be evaluated twice.
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
// The struct of type `type` whose field `member` is at `ptr`.
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - (offsetof(type, member))))

// Round `x` down or up to a multiple of `n`, a power of two. ROUND_UP wraps to 0 if no multiple of
// `n` at or above `x` fits into the type of `x`.
#define ROUND_DOWN(x, n) ((x) & ~(-1 + (__typeof__(x))(n)))
#define ROUND_UP(x, n) ROUND_DOWN((x) + (-1 + (__typeof__(x))(n)), n)

// The levels of messages, the most urgent first. The numbers are those of syslog(3).
enum log_level { LOG_EMERG, LOG_ERR = 3, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

// Print a message on every registered console sink that shows messages of `level`, and keep it in
// the log's ring, whatever its level. Each line of it, also a last one without a newline, becomes a
// line of its own; an empty message prints nothing. A message of PRINTK_MAX (256) bytes or more is
// cut, and ends in "...". Waits in a loop while a serial port is full, but never sleeps. May be
// called anywhere, also in an interrupt handler and under a spinlock of smaller rank than
// RANK_CONSOLE; takes console_lock, except in a panic.
void printk(enum log_level level, const char *format, ...) __printf(2, 3);

// Like printk, with the arguments of `format` in a va_list, which the caller begins and ends.
void vprintk(enum log_level level, const char *format, va_list args);

#ifdef __CHECKER__ // sparse does not know them
int __builtin_setjmp(void **frame);
void __builtin_longjmp(void **frame, int value) __noreturn;
#endif

// Stop the machine: turn interrupts off, print the message, to which a newline is added, and a
// symbolised backtrace, open the monitor if the option `monitor` asks for it, and end the machine
// with the exit code EXIT_PANIC, or halt before machine_end_init. A message of more than 239 bytes
// is cut. May be called anywhere, with any locks held: printing takes none from then on. A test
// that expects the panic, or the grader, may catch it (panic_catch_hook); the caller never goes on.
void panic(const char *format, ...) __noreturn __printf(1, 2);

// The body of a function that a lab leaves to the student: print that `exercise` of `lab`, as
// "lab.exercise", is not written yet, with a backtrace, and end the machine with the exit code
// EXIT_NOT_WRITTEN, or halt before machine_end_init. `function` is the caller's __func__. It is no
// panic: takes console_lock, and opens no monitor.
void not_written(const char *function, unsigned int lab, unsigned int exercise) __noreturn;

// Like not_written, for exercise `exercise` of `lab`, which comes after `this_lab`: the message
// says that `this_lab` ends here. The exit code is the same.
void not_in_this_lab(const char *function, unsigned int this_lab, unsigned int lab,
                     unsigned int exercise) __noreturn;

// Panic unless `cond` holds. Assert only facts about the kernel itself, never about its input: a
// program must not be able to stop the machine.
#define assert(cond) \
	(likely(cond) ? (void)0 : panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #cond))

// Like assert, but only in debug builds: for checks that cost too much in the normal build, which
// compiles the condition and does not evaluate it.
#ifdef DEBUG
#define debug_assert(cond) assert(cond)
#else
#define debug_assert(cond) ((void)sizeof(!(cond)))
#endif
