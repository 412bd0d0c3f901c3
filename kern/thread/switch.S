// switch.S: changing from one thread's kernel stack to another's.

#include "cpu/trapentry.h"

	.text

// void context_switch(uint32_t **save, uint32_t *next): push the registers that a C function must
// preserve, leave the stack pointer in *save, and take up `next`, where another thread did the same.
	.globl context_switch
	.type context_switch, @function
context_switch:
	pushl %ebp
	pushl %ebx
	pushl %esi
	pushl %edi
	movl %esp, (%eax)
	movl %edx, %esp
	popl %edi
	popl %esi
	popl %ebx
	popl %ebp
	ret
	.size context_switch, . - context_switch

// A new thread's stack is laid out as if it had called context_switch from here. A thread of the
// kernel begins a C function; a user's returns with the frame at the top of its stack.
	.globl thread_kernel_start
thread_kernel_start:
	call schedule_finish
	call thread_run_entry // does not return

	.globl thread_user_start
thread_user_start:
	call schedule_finish
	addl $4, %esp // the end of backtraces: above it is the frame
	jmp trap_return

// void thread_enter_user_frame(struct trapframe *frame): leave the kernel with the frame at the top of the
// current thread's stack.
	.globl thread_enter_user_frame
thread_enter_user_frame:
	movl %eax, %esp
	jmp trap_return

	.section .note.GNU-stack, "", @progbits
