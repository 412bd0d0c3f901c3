// start.S: from the boot loader to kernel_main. The loader leaves the processor in 32-bit
// protected mode without paging. EAX holds the loader's magic number, EBX the physical address
// of the boot information (Multiboot 0.6.96, 3.2).

#include "cpu/paging.h"
#include "cpu/selectors.h"
#include "layout.h"

#define MULTIBOOT_HEADER_MAGIC 0x1BADB002
#define MULTIBOOT2_HEADER_MAGIC 0xE85250D6
#define MULTIBOOT_PAGE_ALIGN 0x1 // modules start on page boundaries
#define MULTIBOOT_MEMORY_INFO 0x2
#define MULTIBOOT_FLAGS (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO)

// The features that the kernel needs, as bits of EDX of CPUID leaf 1 (Intel SDM vol. 2, CPUID):
// large pages, the time-stamp counter, CMOV (all code is compiled for an i686), FXSAVE.
#define CPUID_NEEDED (1 << 3 | 1 << 4 | 1 << 15 | 1 << 24)
#define EFLAGS_ID 0x200000 // if this bit can be changed, the processor has CPUID

// Codes for the exit port (enum exit_code in kern/dev/exitport.h).
#define EXIT_BOOT_PROCESSOR 0x1B
#define EXIT_BOOT_EXCEPTION 0x1C

#define EXCEPTIONS 32
#define GATE_INTERRUPT 0x8E00

#define PDE_LINEAR (PTE_P | PTE_W | PTE_PS)

	.section .multiboot, "a"
	.align 4
	.long MULTIBOOT_HEADER_MAGIC
	.long MULTIBOOT_FLAGS
	.long -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_FLAGS)
	// A header of Multiboot 2 (2.0, 3.1.1) without requests. With it GRUB's `multiboot2`
	// enters the kernel, which then reports that it takes only version 1 (kern/bootinfo.c).
	.align 8
multiboot2:
	.long MULTIBOOT2_HEADER_MAGIC
	.long 0 // i386
	.long multiboot2_end - multiboot2
	.long -(MULTIBOOT2_HEADER_MAGIC + multiboot2_end - multiboot2)
	.word 0, 0 // the end of the tags
	.long 8
multiboot2_end:

	.text
	.globl _start
	.type _start, @function
_start:
	cli
	cld
	movl %eax, %edi // the magic number
	movl %ebx, %esi // the boot information
	movl $(boot_stack_top - KERNBASE), %esp // the loader need not provide a stack
	// Try to change EFLAGS.ID; then look at the features. An older processor would stop at the
	// first instruction that it does not know, without a word.
	pushfl
	popl %eax
	movl %eax, %ecx
	xorl $EFLAGS_ID, %eax
	pushl %eax
	popfl
	pushfl
	popl %eax
	xorl %ecx, %eax
	testl $EFLAGS_ID, %eax
	jz wrong_processor
	movl $1, %eax
	cpuid
	andl $CPUID_NEEDED, %edx
	cmpl $CPUID_NEEDED, %edx
	je 1f
wrong_processor:
	movl $(processor_text - KERNBASE), %eax
	movl $EXIT_BOOT_PROCESSOR, %edx
	jmp boot_stop
1:	// Turn paging on, with boot_pgdir. It maps the first 4 MiB at address 0, too, where this code
	// still runs: the next instruction is fetched through the directory.
	movl $(boot_pgdir - KERNBASE), %ecx
	movl %ecx, %cr3
	movl %cr4, %ecx
	orl $CR4_PSE, %ecx
	movl %ecx, %cr4
	movl %cr0, %ecx
	orl $(CR0_PG | CR0_WP), %ecx
	movl %ecx, %cr0
	movl $high, %ecx
	jmp *%ecx
high:
	// The code runs at the address for which it is linked. Address 0 must not be mapped any
	// longer, so that a null pointer faults; reloading CR3 flushes the old entry.
	movl $0, boot_pgdir
	movl %cr3, %ecx
	movl %ecx, %cr3
	movl $boot_stack_top, %esp
	call early_traps
	xorl %ebp, %ebp // the end of every backtrace
	movl %edi, %eax
	movl %esi, %edx
	pushl $0
	jmp kernel_main // (magic, boot information): does not return
	.size _start, . - _start

// Load segments and gates that serve until segment_init and trap_init make the real ones. The
// loader's segment table may be gone. One gate for all exceptions ends the machine with a
// message; without it an exception would become a triple fault, and the machine reset silently.
	.type early_traps, @function
early_traps:
	lgdt early_gdt_pointer
	ljmp $KERNEL_CS, $1f
1:	movl $KERNEL_DS, %eax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	movl $early_trap, %eax
	movl %eax, %edx
	andl $0xFFFF, %eax
	orl $(KERNEL_CS << 16), %eax
	andl $0xFFFF0000, %edx
	orl $GATE_INTERRUPT, %edx
	movl $(EXCEPTIONS - 1), %ecx
2:	movl %eax, early_idt(, %ecx, 8)
	movl %edx, early_idt + 4(, %ecx, 8)
	decl %ecx
	jns 2b
	lidt early_idt_pointer
	ret
	.size early_traps, . - early_traps

early_trap:
	movl $exception_text, %eax
	movl $EXIT_BOOT_EXCEPTION, %edx
	jmp boot_stop

	.section .rodata
processor_text:
	.asciz "boot: this processor is too old: Quire needs an i686 with 4 MiB pages, a time-stamp counter, CMOV and FXSAVE\r\n"
exception_text:
	.asciz "boot: an exception came before the kernel could handle one\r\n"
	.align 4
early_gdt_pointer:
	.word 8 * GDT_ENTRIES - 1
	.long early_gdt
	.align 4
early_idt_pointer:
	.word 8 * EXCEPTIONS - 1
	.long early_idt
	.align 8
early_gdt: // flat code and data segments, at the indices of the real ones
	.fill GDT_KERNEL_CS, 8, 0
	.quad 0x00CF9B000000FFFF
	.quad 0x00CF93000000FFFF
	.fill GDT_ENTRIES - GDT_KERNEL_DS - 1, 8, 0

// The first page directory: the linear map in 4 MiB entries. pgdir_init splits the entry with the
// kernel's image. The directory stays the kernel's own, and all others copy its upper part.
	.data
	.globl boot_pgdir
	.align PAGE_SIZE
boot_pgdir:
	.long PDE_LINEAR
	.fill USER_PDES - 1, 4, 0
	.set pa, 0
	.rept LINEAR_SIZE / LARGE_SIZE
	.long pa | PDE_LINEAR
	.set pa, pa + LARGE_SIZE
	.endr
	.fill 1024 - USER_PDES - LINEAR_SIZE / LARGE_SIZE, 4, 0

	.bss
	.align 8
early_idt:
	.skip 8 * EXCEPTIONS
	.globl boot_stack
	.globl boot_stack_top
	.align PAGE_SIZE
boot_stack:
	.skip 2 * PAGE_SIZE
boot_stack_top:

	.section .note.GNU-stack, "", @progbits
