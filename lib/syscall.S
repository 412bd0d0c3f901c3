// long syscall(long number, ...): the door to the kernel.
//
// The number goes in eax, up to six arguments in ebx, ecx, edx, esi, edi and ebp; the result comes
// back in eax. From -4095 to -1 it is an error's number: that goes to errno, and we return -1.

#include <abi/syscall.h>

	.globl	syscall
	.type	syscall, @function
syscall:
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	movl	20(%esp), %eax
	movl	24(%esp), %ebx
	movl	28(%esp), %ecx
	movl	32(%esp), %edx
	movl	36(%esp), %esi
	movl	40(%esp), %edi
	movl	44(%esp), %ebp
	int	$0x80
	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	cmpl	$-4095, %eax		// unsigned
	jae	1f
	ret
1:	negl	%eax
	movl	%eax, errno
	movl	$-1, %eax
	ret
	.size	syscall, . - syscall

// ssize_t read(int fd, void *buffer, size_t n), ssize_t write(int fd, const void *buffer, size_t
// n): the calls that programs make most often need no detour.
	.globl	read
	.type	read, @function
read:
	movl	$SYS_read, %eax
	jmp	2f
	.size	read, . - read

	.globl	write
	.type	write, @function
write:
	movl	$SYS_write, %eax
2:	pushl	%ebx
	movl	8(%esp), %ebx
	movl	12(%esp), %ecx
	movl	16(%esp), %edx
	int	$0x80
	popl	%ebx
	cmpl	$-4095, %eax
	jae	1b
	ret
	.size	write, . - write

// pid_t vfork(void): the child runs on the parent's stack until it calls execve or _exit, and
// overwrites the memory below the stack pointer, so the return address waits in a register.
	.globl	vfork
	.type	vfork, @function
vfork:
	popl	%edx
	movl	$SYS_vfork, %eax
	int	$0x80
	pushl	%edx
	cmpl	$-4095, %eax
	jae	1b
	ret
	.size	vfork, . - vfork

// int clone(int (*function)(void *), void *stack, int flags, void *arg): the child calls function(arg)
// on the stack that ends at `stack`, and ends with its result.
	.globl	clone
	.type	clone, @function
clone:
	pushl	%ebx
	movl	12(%esp), %ecx
	andl	$-16, %ecx
	subl	$16, %ecx
	movl	20(%esp), %eax		// arg
	movl	%eax, (%ecx)
	movl	8(%esp), %eax		// function
	movl	%eax, 4(%ecx)
	movl	16(%esp), %ebx		// flags
	movl	$SYS_clone, %eax
	int	$0x80
	testl	%eax, %eax
	jz	3f
	popl	%ebx
	cmpl	$-4095, %eax
	jae	1b
	ret
3:	xorl	%ebp, %ebp		// where a debugger's backtrace of the child ends
	call	*4(%esp)
	movl	%eax, %ebx
	movl	$SYS_exit, %eax
	int	$0x80
	.size	clone, . - clone

	.section .note.GNU-stack, "", @progbits
