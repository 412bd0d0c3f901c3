// entry.S: from the boot loader to kernel_main. The loader leaves the processor in 32-bit protected
// mode without paging, EAX holding its magic number and EBX the physical address of the boot
// information (Multiboot 0.6.96, 3.2).

#include "layout.h"

#define MULTIBOOT_HEADER_MAGIC 0x1BADB002
#define MULTIBOOT_PAGE_ALIGN 0x1 // modules start on page boundaries
#define MULTIBOOT_MEMORY_INFO 0x2
#define MULTIBOOT_FLAGS (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO)

#define PDE_LINEAR 0x083 // present, writable, 4 MiB

	.section .multiboot, "a"
	.align 4
	.long MULTIBOOT_HEADER_MAGIC
	.long MULTIBOOT_FLAGS
	.long -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_FLAGS)

	.text
	.globl _start
	.type _start, @function
_start:
	cli
	cld
	// Paging on, with the directory below. It maps the first 4 MiB at 0 as well, where this
	// code still runs.
	movl $(boot_pgdir - KERNBASE), %ecx
	movl %ecx, %cr3
	movl %cr4, %ecx
	orl $0x10, %ecx // CR4.PSE: 4 MiB pages
	movl %ecx, %cr4
	movl %cr0, %ecx
	orl $0x80010000, %ecx // CR0.PG, CR0.WP
	movl %ecx, %cr0
	movl $high, %ecx
	jmp *%ecx
high:
	// Up here now. Address 0 must not be mapped any longer.
	movl $0, boot_pgdir
	movl %cr3, %ecx
	movl %ecx, %cr3
	movl $boot_stack_top, %esp
	xorl %ebp, %ebp // the end of every backtrace
	movl %ebx, %edx
	pushl $0
	jmp kernel_main // (magic, boot information): does not return
	.size _start, . - _start

// The first page directory: the linear map in 4 MiB entries. pgdir_init splits the entry that holds
// the kernel's image, and it stays the kernel's own directory and the pattern for all others.
	.data
	.globl boot_pgdir
	.align PAGE_SIZE
boot_pgdir:
	.long PDE_LINEAR
	.fill USER_PDES - 1, 4, 0
	.set pa, 0
	.rept LINEAR_SIZE / JUMBO_SIZE
	.long pa | PDE_LINEAR
	.set pa, pa + JUMBO_SIZE
	.endr
	.fill 1024 - USER_PDES - LINEAR_SIZE / JUMBO_SIZE, 4, 0

	.bss
	.globl boot_stack
	.globl boot_stack_top
	.align PAGE_SIZE
boot_stack:
	.skip 2 * PAGE_SIZE
boot_stack_top:

	.section .note.GNU-stack, "", @progbits
