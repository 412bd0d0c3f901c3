// sys_ptrace.h: the requests of ptrace(2) that sys_ptrace.c finds in its table and other files
// perform. Each gets the number of a tracee that was in a stop a moment ago, and the two arguments
// of the call, `addr` and `data`, which mean what ptrace(2) says of the request; it looks for the
// tracee again, which may have been killed: -ESRCH. Each returns 0 (PTRACE_PEEKSIGINFO: how many;
// PTRACE_GET_SYSCALL_INFO: how many bytes there are) or -errno as the request: -EFAULT for an
// address of the tracer, -EIO or -EINVAL for a bad argument. Callers hold no lock: the requests
// copy from and to the current program.
#pragma once

#include "kern.h"

// Do PTRACE_GETREGS: store the general registers of stopped tracee `tid` at `data`, a struct
// user_regs_struct of the current space; `addr` is ignored. No lock may be held. Returns 0; in this
// order: -ENOMEM; -ESRCH; -EFAULT.
long ptrace_get_registers(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_SETREGS: set the general registers of stopped tracee `tid` from `data`, a struct
// user_regs_struct of the current space; of EFLAGS only bits that a program may change; `addr` is
// ignored. No lock may be held. Returns 0; in this order: -ENOMEM; -EFAULT; -ESRCH; -EIO for a
// selector that is not the user's: the registers before it in the struct are set.
long ptrace_set_registers(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_GETFPREGS: store the registers of the FPU of stopped tracee `tid` at `data`, a struct
// user_fpregs_struct of the current space; first values if it has not used the FPU; `addr` is
// ignored. No lock may be held. Returns 0; in this order: -ENOMEM; -ESRCH; -EFAULT.
long ptrace_get_fpu(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_SETFPREGS: set the registers of the FPU of stopped tracee `tid` from `data`, a struct
// user_fpregs_struct of the current space; those of SSE stay; `addr` is ignored. No lock may be
// held. Returns 0; -ENOMEM; -EFAULT; -ESRCH. After an error nothing has changed.
long ptrace_set_fpu(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_GETFPXREGS: store the registers of FPU and SSE of stopped tracee `tid` at `data`, a
// struct user_fpxregs_struct (512 bytes) of the current space; first values if it has not used
// them; `addr` is ignored. No lock may be held. Returns 0; in this order: -ENOMEM; -ESRCH; -EFAULT.
long ptrace_get_fpu_x(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_SETFPXREGS: set the registers of FPU and SSE of stopped tracee `tid` from `data`, a
// struct user_fpxregs_struct of the current space; `addr` is ignored. No lock may be held. Returns
// 0; -ENOMEM; -EFAULT; -EINVAL if the processor lacks a bit of mxcsr (fpu_mxcsr_mask), before
// -ESRCH. After an error nothing has changed.
long ptrace_set_fpu_x(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_GETREGSET: store the first bytes of the set of registers of type `addr` (NT_) of
// stopped tracee `tid`, as many as fit into the range of the struct iovec at `data`, and their
// number in its iov_len. No lock may be held.
// Returns 0; -EFAULT for the iovec; -EINVAL for another type, or a length that is no multiple of
// the set's unit (4; NT_X86_XSTATE 8; NT_386_TLS 16); -ENOMEM; -ENODEV for NT_X86_XSTATE, -ENXIO
// for NT_386_IOPERM; -ESRCH; -EFAULT for the range, or for iov_len: then the range has been
// written.
long ptrace_get_set(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_SETREGSET: set as many bytes of the set of registers of type `addr` (NT_) of stopped
// tracee `tid`, from its first, as the range of the struct iovec at `data` has, and store their
// number in its iov_len. No lock may be held.
// Returns 0; errors as for ptrace_get_set, but -EFAULT for the range before -ESRCH; -EINVAL also
// for a part of NT_PRXFPREG, a bit of mxcsr that the processor lacks, or a bad segment of
// NT_386_TLS; -EIO for a bad selector of NT_PRSTATUS: what comes before it, or before the segment,
// is set.
long ptrace_set_set(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_GET_THREAD_AREA: store the segment for thread-local storage in slot `addr`, an index
// into the GDT, of stopped tracee `tid` at `data`, a struct user_desc. No lock may be held. Returns
// 0; in this order: -EIO if `addr` is 2^31 or more; -ESRCH; -EINVAL if there is no such slot;
// -EFAULT.
long ptrace_get_thread_area(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_SET_THREAD_AREA: set the segment for thread-local storage in slot `addr`, an index into
// the GDT, of stopped tracee `tid` from `data`, a struct user_desc, whose entry_number does not
// count. No lock may be held. Returns 0; in this order: -EIO if `addr` is 2^31 or more; -EFAULT;
// -ESRCH; -EINVAL for an impossible slot or segment.
long ptrace_set_thread_area(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_PEEKDATA and PTRACE_PEEKTEXT: store the 4 bytes at `addr` of stopped tracee `tid` at
// `data` of the current space, also bytes that the protection forbids to read. Sleeps: no lock may
// be held. Returns 0; -ESRCH; -EIO if there is no memory, or if the tracer may not see that of the
// process any more, because of an exec; -EFAULT for `data`.
long ptrace_peek(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_POKEDATA and PTRACE_POKETEXT: store the number `data` in the 4 bytes at `addr` of
// stopped tracee `tid`, also where the protection forbids writes, except in shared memory. Sleeps:
// no lock may be held. Returns 0; -ESRCH; -EIO if the bytes cannot be written (a part may have
// been), or if the tracer may not see the memory of the process any more, because of an exec.
long ptrace_poke(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_PEEKUSR: store the 4 bytes at offset `addr` of the struct user of stopped tracee `tid`
// at `data`: a general or a debug register; 0 elsewhere. No lock may be held. Returns 0; in this
// order: -EIO if `addr` is no multiple of 4 or more than sizeof(struct user); -ESRCH; -EFAULT.
long ptrace_peek_user(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_POKEUSR: set the register at offset `addr` of the struct user of stopped tracee `tid`,
// general or debug, to the number `data`; no effect elsewhere. No lock may be held. Returns 0; with
// nothing changed: -EIO if `addr` is no multiple of 4 or more than sizeof(struct user); -ESRCH;
// -EIO for a selector that is not the user's, or DR4 and DR5; -EINVAL for a bad breakpoint.
long ptrace_poke_user(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_GETSIGINFO: store the description of the signal at whose stop tracee `tid` is, a
// siginfo_t, at `data`; `addr` is ignored. No lock may be held. Returns 0; -ESRCH; -EINVAL if the
// stop has none, as one of the group; -EFAULT.
long ptrace_get_siginfo(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_SETSIGINFO: replace the description of the signal at whose stop tracee `tid` is by the
// siginfo_t at `data`; `addr` is ignored. No lock may be held. Returns 0; in this order: -EFAULT;
// -ESRCH; -EINVAL if the stop has none.
long ptrace_set_siginfo(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_PEEKSIGINFO: copy descriptions of pending signals of stopped tracee `tid`, or of its
// process, to the array of siginfo_t at `data`. The struct ptrace_peeksiginfo_args at `addr` says
// which and at most how many. They stay pending. Yields: no lock may be held.
// Returns how many were copied, fewer if there are no more, at an error or if the thread must die;
// if none was: 0; -EFAULT; -EINVAL for unknown flags or a number below 0; -ESRCH.
long ptrace_peek_siginfo(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_GETSIGMASK: store the mask of blocked signals of stopped tracee `tid` at `data`, a
// sigset_t, whose size `addr` is; during sigsuspend(2) the mask that returns after it. No lock may
// be held. Returns 0; in this order: -EINVAL for another size; -ESRCH; -EFAULT.
long ptrace_get_mask(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_SETSIGMASK: set the mask of blocked signals of stopped tracee `tid` from `data`, a
// sigset_t, whose size `addr` is, without SIGKILL and SIGSTOP. No lock may be held. Returns 0; in
// this order: -EINVAL for another size; -EFAULT; -ESRCH.
long ptrace_set_mask(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_GETEVENTMSG: store the message of the last event of stopped tracee `tid`, 4 bytes, at
// `data`; `addr` is ignored. No lock may be held. Returns 0; -ESRCH; -EFAULT.
long ptrace_get_message(pid_t tid, uintptr_t addr, uintptr_t data);

// Do PTRACE_GET_SYSCALL_INFO: store the first `addr` bytes of the description (struct
// ptrace_syscall_info) of the system call at whose begin or end tracee `tid` has stopped at `data`.
// In another stop, or without PTRACE_O_TRACESYSGOOD, it is only the part before the call. No lock
// may be held. Returns how many bytes the description has, also if `addr` is less; -ESRCH; -EFAULT.
long ptrace_get_call(pid_t tid, uintptr_t addr, uintptr_t data);
