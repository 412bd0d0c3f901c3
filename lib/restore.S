// Where signal handlers return to, with esp just above the frame's return address.

#include <abi/syscall.h>

// The old frame: sigreturn expects the signal's number, the handler's argument, to be gone too.
	.globl	restore_plain
	.type	restore_plain, @function
restore_plain:
	popl	%eax
	movl	$SYS_sigreturn, %eax
	int	$0x80
	.size	restore_plain, . - restore_plain

	.globl	restore_rt
	.type	restore_rt, @function
restore_rt:
	movl	$SYS_rt_sigreturn, %eax
	int	$0x80
	.size	restore_rt, . - restore_rt

	.section .note.GNU-stack, "", @progbits
