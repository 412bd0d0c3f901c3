// syscall_entry.S: the gate of system calls, `int $0x80`. The call's number is in EAX, its
// arguments in EBX, ECX, EDX, ESI, EDI, EBP; the result, or -errno, comes back in EAX
// (syscall(2), "Architecture calling conventions"). A call that does next to nothing spends all
// its time here, so this path does only what it must.

#include "cpu/trapentry.h"

	.text
	.globl syscall_entry
	.type syscall_entry, @function
syscall_entry:
	// The place of the frame's error code holds the call's number: EAX will hold the result,
	// and a call that a signal interrupts is made again with the number from here.
	pushl %eax
	pushl $0x80 // TRAP_SYSCALL
	save_frame
	stretch_enters
	cmpl cpus + CPU_CALL_LIMIT, %eax // SYSCALL_LIMIT, or 0 if the thread is traced
	jae beyond_table
	// Each function takes one argument, the frame, in EAX (-mregparm=3), and decodes its own
	// arguments from there.
	movl syscall_table(, %eax, 4), %ecx
	movl %esp, %eax
	call *%ecx
syscall_result:
#ifdef DEBUG
	movl %esp, %edx
	call call_returns // logs why the call failed (sys/failed_call.c); returns its result
#endif
	// The thread's word `work` is 0 unless it must take a signal, yield or die first: one
	// comparison decides.
	movl %eax, FRAME_EAX(%esp)
	movl cpus + CPU_CURRENT, %ecx
	cmpl $0, THREAD_WORK(%ecx)
	je trap_return_to_user
	jmp return_work
beyond_table:
	movl %esp, %eax
	call syscall_beyond_table
	jmp syscall_result
	.size syscall_entry, . - syscall_entry

	.section .note.GNU-stack, "", @progbits
