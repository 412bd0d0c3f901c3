// sys_ptrace.h: the requests of ptrace(2) that sys_ptrace.c finds in its table and other files
// perform. Each gets the number of a tracee that was in a stop a moment ago, and the two arguments
// of the call, `addr` and `data`, which mean what ptrace(2) says of the request; it looks for the
// tracee again, which may have been killed: -ESRCH. Each returns 0 (PTRACE_PEEKSIGINFO: how many;
// PTRACE_GET_SYSCALL_INFO: how many bytes there are) or -errno as the request: -EFAULT for an
// address of the tracer, -EIO or -EINVAL for a bad argument. Callers hold no lock: the requests
// copy from and to the current program.
#pragma once

#include "kern.h"

// sys_ptrace_registers.c
long ptrace_get_registers(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_set_registers(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_get_fpu(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_set_fpu(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_get_fpu_x(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_set_fpu_x(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_get_set(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_set_set(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_get_thread_area(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_set_thread_area(pid_t tid, uintptr_t addr, uintptr_t data);

// sys_ptrace_state.c
long ptrace_peek(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_poke(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_peek_user(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_poke_user(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_get_siginfo(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_set_siginfo(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_peek_siginfo(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_get_mask(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_set_mask(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_get_message(pid_t tid, uintptr_t addr, uintptr_t data);
long ptrace_get_call(pid_t tid, uintptr_t addr, uintptr_t data);
