// syscall_entry.S: the gate of system calls, `int $0x80`. The call's number is in EAX, its
// arguments in EBX, ECX, EDX, ESI, EDI, EBP; the result, or -errno, comes back in EAX
// (syscall(2), "Architecture calling conventions"). A call that does next to nothing spends all
// its time here, so this path does only what it must.

#include "cpu/trapentry.h"
#include "sys/syscall_count.h"

	.text
	.globl syscall_entry
	.type syscall_entry, @function
syscall_entry:
	pushl %eax // the frame's error code: the call's number, in case that the call is made again
	pushl $0x80 // TRAP_SYSCALL
	save_frame
	stretch_enters
	cmpl $SYSCALL_LIMIT, %eax
	jae beyond_table
	movl syscall_table(, %eax, 4), %ecx
	movl %esp, %eax
	call *%ecx
syscall_result:
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
