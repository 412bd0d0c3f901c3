// Where a program starts. The stack holds argc, the pointers of argv, NULL, those of the
// environment, NULL, and the auxiliary vector (System V ABI, i386 supplement, "Process
// Initialization").

	.globl	_start
	.type	_start, @function
_start:
	xorl	%ebp, %ebp		// the outermost frame
	movl	%esp, %eax
	subl	$12, %esp		// so that the stack is aligned to 16 at the call
	pushl	%eax
	call	start_program
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
