// setjmp keeps the registers that a function must preserve, with the stack pointer and the address
// as they are after its return; longjmp puts them back. A jmp_buf is ebx, esi, edi, ebp, esp, eip,
// and for sigsetjmp a flag and the signal mask.

#include <abi/syscall.h>

#define SIG_BLOCK 0
#define SIG_SETMASK 2
#define MASK_SAVED 24
#define MASK 28

	.globl	setjmp
	.type	setjmp, @function
setjmp:
	movl	4(%esp), %eax
	movl	$0, MASK_SAVED(%eax)
save:	movl	%ebx, (%eax)
	movl	%esi, 4(%eax)
	movl	%edi, 8(%eax)
	movl	%ebp, 12(%eax)
	leal	4(%esp), %ecx
	movl	%ecx, 16(%eax)
	movl	(%esp), %ecx
	movl	%ecx, 20(%eax)
	xorl	%eax, %eax
	ret
	.size	setjmp, . - setjmp

	.globl	sigsetjmp
	.type	sigsetjmp, @function
sigsetjmp:
	movl	4(%esp), %eax
	movl	8(%esp), %ecx
	movl	%ecx, MASK_SAVED(%eax)
	testl	%ecx, %ecx
	jz	save
	pushl	%ebx
	pushl	%esi
	leal	MASK(%eax), %edx		// where the old mask goes
	xorl	%ecx, %ecx			// no new one
	movl	$SIG_BLOCK, %ebx
	movl	$8, %esi
	movl	$SYS_rt_sigprocmask, %eax
	int	$0x80
	popl	%esi
	popl	%ebx
	movl	4(%esp), %eax
	jmp	save
	.size	sigsetjmp, . - sigsetjmp

	.globl	longjmp
	.type	longjmp, @function
	.globl	siglongjmp
	.type	siglongjmp, @function
longjmp:
siglongjmp:
	movl	4(%esp), %edi
	movl	8(%esp), %ebp
	cmpl	$0, MASK_SAVED(%edi)
	je	1f
	movl	$SIG_SETMASK, %ebx
	leal	MASK(%edi), %ecx
	xorl	%edx, %edx
	movl	$8, %esi
	movl	$SYS_rt_sigprocmask, %eax
	int	$0x80
1:	movl	%ebp, %eax
	cmpl	$1, %eax			// 0 is returned as 1
	adcl	$0, %eax
	movl	%edi, %edx
	movl	(%edx), %ebx
	movl	4(%edx), %esi
	movl	8(%edx), %edi
	movl	12(%edx), %ebp
	movl	16(%edx), %esp
	jmp	*20(%edx)
	.size	longjmp, . - longjmp
	.size	siglongjmp, . - siglongjmp

	.section .note.GNU-stack, "", @progbits
