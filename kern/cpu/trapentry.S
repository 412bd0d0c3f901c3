// trapentry.S: the places where the processor enters the kernel for exceptions and interrupts, and
// where it leaves the kernel.

#include "cpu/trapentry.h"

// The stub of one vector: push an error code of 0 if the processor pushes none (Intel SDM vol. 3,
// 6.13), push the vector, and go to the common path. Afterwards all frames look alike.
.macro stub vector
	.align TRAP_STUB_SIZE
	.if (\vector != 8) && (\vector < 10 || \vector > 14) && (\vector != 17) && (\vector != 21)
	pushl $0
	.endif
	pushl $\vector
	jmp trap_entry
.endm

	.section .text.fixup, "ax", @progbits // its instructions may have fixups
	.globl trap_stubs
	.align TRAP_STUB_SIZE
trap_stubs: // one for each of TRAP_VECTORS, TRAP_STUB_SIZE bytes apart
	.altmacro
	.set vector, 0
	.rept 48
	stub %vector
	.set vector, vector + 1
	.endr
	.noaltmacro

	// The common path of all stubs. Builds the frame, calls the handler with its address in
	// EAX (the first argument under -mregparm=3), and falls into trap_return.
	.globl trap_entry
	.type trap_entry, @function
trap_entry:
	save_frame
	stretch_enters
	movl FRAME_TRAPNO(%esp), %ecx
	movl %esp, %eax
	call *trap_handlers(, %ecx, 4)

// Leave the kernel with the frame at %esp: return to the program, or to the kernel code that was
// interrupted. A program is resumed only while its thread's `work` is 0.
	.globl trap_return
trap_return:
	testb $3, FRAME_CS(%esp)
	jz 1f
	movl cpus + CPU_CURRENT, %ecx
	cmpl $0, THREAD_WORK(%ecx)
	jne return_work
	.globl trap_return_to_user
trap_return_to_user: // the thread has nothing to do before
1:	check_locks
	stretch_leaves
	cmpw $USER_DS, FRAME_DS(%esp)
	jne 2f
	cmpw $USER_DS, FRAME_ES(%esp)
	jne 2f
	popal
	addl $16, %esp // es, ds, vector, error code
return_iret:
	iret

	// The program uses segments of its own. If a selector has become invalid meanwhile, it is
	// replaced by 0, as on Linux.
2:	popal
return_es:
	popl %es
return_ds:
	popl %ds
	addl $8, %esp
	jmp return_iret
	.size trap_entry, . - trap_entry

// The thread must reschedule, take a signal, or die before it returns to its program. trap_return
// tests `work` again afterwards, since each of these can cause another.
	.globl return_work
return_work:
	movl %esp, %eax
	call thread_return_work
	jmp trap_return

fix_es:
	movl $0, (%esp)
	jmp return_es
fix_ds:
	movl $0, (%esp)
	jmp return_ds
	exception_entry return_es, fix_es
	exception_entry return_ds, fix_ds

// The iret faulted: a signal handler has stored an invalid CS, SS or EIP in its frame. The
// processor is still in the kernel, and the user's frame is intact on the stack. Load the kernel's
// segments again and treat the fault as a protection fault of the program.
bad_iret:
	pushl $0
	pushl $13 // general protection
	save_frame
	call load_flat_segments
	movl %esp, %eax
	call trap_bad_return
	jmp trap_return
	exception_entry return_iret, bad_iret

// Called by save_frame if DS or ES is not the flat segment; the frame lies above the return
// address.
// Returns with all registers kept, unless the trap came from virtual-8086 mode.
	.globl entry_other_segments
entry_other_segments:
	testl $(1 << EFLAGS_VM_BIT), 4 + FRAME_EFLAGS(%esp)
	jz load_flat_segments
	call load_flat_segments
	addl $4, %esp // does not return
	movl %esp, %eax
	call trap_v86
	addl $V86_SEGMENTS_SIZE, %esp
	jmp trap_return

// Load the flat user segment into DS and ES. Keeps all registers.
	.globl load_flat_segments
load_flat_segments:
	pushl %eax
	movl $USER_DS, %eax
	movw %ax, %ds
	movw %ax, %es
	popl %eax
	ret

// void segment_load_fs(uint16_t selector), segment_load_gs: load a user's selector. If that
// faults, the exception table leads to the load of 0.
	.globl segment_load_fs
segment_load_fs:
	movw %ax, %fs
	ret
1:	xorl %eax, %eax
	jmp segment_load_fs
	exception_entry segment_load_fs, 1b

	.globl segment_load_gs
segment_load_gs:
	movw %ax, %gs
	ret
1:	xorl %eax, %eax
	jmp segment_load_gs
	exception_entry segment_load_gs, 1b

// Reload CS and SS after the GDT has changed.
	.globl segment_reload
segment_reload:
	ljmp $KERNEL_CS, $1f
1:	movl $KERNEL_DS, %eax
	movw %ax, %ss
	call load_flat_segments
	xorl %eax, %eax
	movw %ax, %fs
	movw %ax, %gs
	ret

// The double-fault task starts here, on its own stack. The processor has saved the victim's
// registers in the main TSS.
	.globl double_fault_entry
double_fault_entry:
	cld
	patch_site PATCH_CLAC
	call double_fault
	hlt

	.section .note.GNU-stack, "", @progbits
