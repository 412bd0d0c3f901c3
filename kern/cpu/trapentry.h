// trapentry.h: entering and leaving the kernel, for assembly: the stubs in cpu/trapentry.S and the
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

// EFLAGS.VM, and the size of the selectors (ES, DS, FS, GS) that the processor pushes above the
// frame of a trap from virtual-8086 mode.
#define EFLAGS_VM_BIT 17
#define V86_SEGMENTS_SIZE 16

#define TRAP_STUB_SIZE 16

// Offsets in struct cpu and struct thread (checked in thread/thread.c).
#define CPU_CURRENT 0
#define CPU_CALL_LIMIT 8
#define THREAD_WORK 4

// Marks a place for `clac` or `stac`: three bytes without effect, which patch_init replaces if the
// processor has SMAP.
#define PATCH_CLAC 0
#define PATCH_STAC 1

// The kinds of entries in the exception table (enum trap_fixup_kind).
#define FIXUP_LAST 1
#define FIXUP_AT_ONCE 2

#ifdef __ASSEMBLER__

.macro patch_site kind
8888:	.byte 0x0f, 0x1f, 0x00 // nopl (%eax)
	.pushsection .patch, "a"
	.long 8888b, \kind
	.popsection
.endm

// Add an entry to the exception table: if the instruction at `at` faults in the kernel, continue
// at `fixup`. A page fault is handled first if it can be, unless `when` is FIXUP_AT_ONCE.
.macro exception_entry at, fixup, when=FIXUP_LAST
	.pushsection __ex_table, "a"
	.long \at, \fixup, \when
	.popsection
.endm

// Save the registers below error code and vector: the rest of struct trapframe. Then undo what a
// program may have set against the kernel. DF: string instructions must go up. AC: under SMAP it
// would let the kernel touch user memory. DS and ES: a program may load segments of its own, but
// nearly all keep the flat user segment, which the kernel uses too, so the macro reloads it only
// if it differs. In virtual-8086 mode it always differs, because the processor has loaded null
// selectors (Intel SDM vol. 3, 20.3.1); so entry_other_segments also tests for that mode, where
// the test costs other traps nothing.
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

// For the build that measures how long the kernel runs (thread/stretch.h). Both macros change EAX,
// ECX and EDX.
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

// For debug builds, which panic if a thread returns to its program with a lock (thread/mutex.h).
// Changes EAX, ECX and EDX.
.macro check_locks
#ifdef DEBUG
	movl %esp, %eax
	call locks_check_leaving
#endif
.endm

#endif
