// syscall.h: how a system call is written. SYSCALLn(name, type, argument, ...) defines
//
// 	long sys_name(const struct trapframe *tf)
//
// which takes `n` arguments out of the registers ebx, ecx, edx, esi, edi, ebp and runs the body
// that follows. The body returns the call's result, or -errno:
//
// 	SYSCALL1(close, int, fd)
// 	{
// 		return fd_close(thread_current()->files, fd);
// 	}
//
// A 64-bit argument comes in two registers, the low half first, and is written as two arguments.
// sys/syscall_list.h and sys/syscall_list_quire.h list all calls; sys/syscall_table.c makes the
// tables from them.
//
// The comment above a call says which of Linux's rules the code keeps, and where the order of
// its checks matters: a program that makes two mistakes at once sees the error that is checked
// first.
#pragma once

#include "cpu/trap.h"
#include "kern.h"

#define X(name) long sys_##name(const struct trapframe *tf);
#include "sys/syscall_list.h"
#include "sys/syscall_list_quire.h"
#undef X

// clang-format off
#define SYSCALL0(name) SYSCALL_DEFINE(name, (void), ())
#define SYSCALL1(name, t1, a1)                                                                     \
	SYSCALL_DEFINE(name, (t1 a1), ((t1)tf->ebx))
#define SYSCALL2(name, t1, a1, t2, a2)                                                             \
	SYSCALL_DEFINE(name, (t1 a1, t2 a2), ((t1)tf->ebx, (t2)tf->ecx))
#define SYSCALL3(name, t1, a1, t2, a2, t3, a3)                                                     \
	SYSCALL_DEFINE(name, (t1 a1, t2 a2, t3 a3), ((t1)tf->ebx, (t2)tf->ecx, (t3)tf->edx))
#define SYSCALL4(name, t1, a1, t2, a2, t3, a3, t4, a4)                                             \
	SYSCALL_DEFINE(name, (t1 a1, t2 a2, t3 a3, t4 a4),                                         \
		((t1)tf->ebx, (t2)tf->ecx, (t3)tf->edx, (t4)tf->esi))
#define SYSCALL5(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5)                                     \
	SYSCALL_DEFINE(name, (t1 a1, t2 a2, t3 a3, t4 a4, t5 a5),                                  \
		((t1)tf->ebx, (t2)tf->ecx, (t3)tf->edx, (t4)tf->esi, (t5)tf->edi))
#define SYSCALL6(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6)                             \
	SYSCALL_DEFINE(name, (t1 a1, t2 a2, t3 a3, t4 a4, t5 a5, t6 a6),                           \
		((t1)tf->ebx, (t2)tf->ecx, (t3)tf->edx, (t4)tf->esi, (t5)tf->edi, (t6)tf->ebp))

// Define the decoder and begin the body. The compiler inlines the body into the decoder, so a call
// costs one jump through the table.
#define SYSCALL_DEFINE(name, parameters, arguments)                                                \
	static inline long call_##name parameters;                                                 \
	long sys_##name(const struct trapframe *tf)                                                \
	{                                                                                          \
		(void)tf;                                                                          \
		return call_##name arguments;                                                      \
	}                                                                                          \
	static inline long call_##name parameters
// clang-format on

// Returns the value of a 64-bit argument that came in two registers: `low` with the lower half,
// `high` with the upper half and the sign.
static inline int64_t pair64(uint32_t low, uint32_t high)
{
	return (int64_t)((uint64_t)high << 32 | low);
}
