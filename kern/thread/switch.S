// switch.S: changing from one thread's kernel stack to another's. thread/sched.c, above
// schedule(), has the rule about sched_lock.

#include "cpu/trapentry.h"

	.text

// void context_switch(uint32_t **save, uint32_t *next): push the registers that a C function must
// preserve, store the stack pointer in *save, and load `next`, where another thread has done the
// same. The return address is on the stack too, so `ret` goes where that thread has called from.
// The other registers need no saving: the compiler expects any call to change them.
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

// A new thread's stack is laid out as if the thread had called context_switch from here
// (prepare_stack). It releases sched_lock first, which the previous thread has taken. Then a kernel
// thread calls its C function, and a program's thread enters user mode.
	.globl thread_kernel_start
thread_kernel_start:
	call schedule_finish
	call thread_run_entry // does not return

	.globl thread_user_start
thread_user_start:
	call schedule_finish
	addl $4, %esp // skip the end of backtraces: the frame is above it
	jmp trap_return

// void thread_enter_user_frame(struct trapframe *frame): leave the kernel with `frame`, which is
// at the top of the current thread's stack. All that lies below on the stack is dropped.
	.globl thread_enter_user_frame
thread_enter_user_frame:
	movl %eax, %esp
	jmp trap_return

	.section .note.GNU-stack, "", @progbits
