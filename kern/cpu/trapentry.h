// trapentry.h: how the kernel is entered and left, for assembly: the stubs in cpu/trapentry.S and the
// system-call gate in sys/syscall_entry.S.
#pragma once

// The formatter knows no assembly.
// clang-format off

#include "cpu/selectors.h"

// Offsets in struct trapframe (checked in cpu/trap.c).
#define FRAME_EAX 28
#define FRAME_ES 32
#define FRAME_DS 36
#define FRAME_TRAPNO 40
#define FRAME_CS 52
#define FRAME_EFLAGS 56
#define FRAME_SIZE 68

// EFLAGS.VM, and the selectors (ES, DS, FS, GS) that the processor pushes above the frame of a trap from
// virtual-8086 mode.
#define EFLAGS_VM_BIT 17
#define V86_SEGMENTS_SIZE 16

#define TRAP_STUB_SIZE 16

// Offsets in struct cpu and struct thread (checked in thread/thread.c).
#define CPU_CURRENT 0
#define THREAD_WORK 4

// A place where `clac` or `stac` goes if the processor has SMAP: three bytes of nothing until
// patch_init.
#define PATCH_CLAC 0
#define PATCH_STAC 1

// What an entry of the exception table asks for (enum trap_fixup_kind).
#define FIXUP_LAST 1
#define FIXUP_AT_ONCE 2

#ifdef __ASSEMBLER__

.macro patch_site kind
8888:	.byte 0x0f, 0x1f, 0x00 // nopl (%eax)
	.pushsection .patch, "a"
	.long 8888b, \kind
	.popsection
.endm

// If the instruction at `at` faults in the kernel, go on at `fixup`; a page fault is handled first if
// it can be, unless `when` is FIXUP_AT_ONCE.
.macro exception_entry at, fixup, when=FIXUP_LAST
	.pushsection __ex_table, "a"
	.long \at, \fixup, \when
	.popsection
.endm

// Save the registers, below error code and vector. The flags that a program could have set against
// us are put right: DF (string instructions must go up), AC (with SMAP: user memory is out of
// reach). Programs can load segments of their own into DS and ES; ours is the flat one that nearly
// all of them use anyway, so it is reloaded only when it differs. In virtual-8086 mode it always
// differs: the processor has put null selectors there (Intel SDM vol. 3, 20.3.1), so the test for that
// mode is in entry_other_segments too, where it costs the others nothing.
.macro save_frame
	pushl %ds
	pushl %es
	pushal
	cld
	patch_site PATCH_CLAC
	cmpw $USER_DS, FRAME_DS(%esp)
	jne 7771f
	cmpw $USER_DS, FRAME_ES(%esp)
	je 7772f
7771:	call entry_other_segments
7772:
.endm

// In the build that measures how long the kernel runs (thread/stretch.h). They change EAX, ECX, EDX.
.macro stretch_enters
#ifdef STRETCH
	movl %esp, %eax
	call stretch_enter
	movl FRAME_EAX(%esp), %eax
#endif
.endm
.macro stretch_leaves
#ifdef STRETCH
	movl %esp, %eax
	call stretch_leave
#endif
.endm

#endif
