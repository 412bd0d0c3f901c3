// stop.S: the end of a boot that fails before the kernel can print. It writes a text to the
// first serial line and to the screen, and a code for the host (kern/dev/exitport.h).

#include "layout.h"

#define SCREEN 0xB8000
#define COM1 0x3F8
#define COM1_INTERRUPTS (COM1 + 1) // with LCR_DIVISOR: the divisor's high byte
#define COM1_LCR (COM1 + 3)
#define COM1_LSR (COM1 + 5)
#define LCR_DIVISOR 0x80
#define LCR_8N1 0x03
#define LSR_ROOM 0x20
#define EXIT_PORT 0xF4
#define PATIENCE 1000000 // how often to ask a serial line that may not exist

	.text
	.globl boot_stop
	.type boot_stop, @function
// void boot_stop(const char *text, uint32_t code)
//
// Show `text`, and end the machine with `code`. Works with paging and without: `text` is a virtual
// address with it, else a physical one. Needs no stack. Does not return.
boot_stop:
	cli
	cld
	movl %eax, %esi
	movl %edx, %ebp
	movw $COM1_LCR, %dx
	movb $LCR_DIVISOR, %al
	outb %al, %dx
	movw $COM1, %dx
	movb $1, %al // 115,200 bit/s
	outb %al, %dx
	movw $COM1_INTERRUPTS, %dx
	xorb %al, %al
	outb %al, %dx
	movw $COM1_LCR, %dx
	movb $LCR_8N1, %al
	outb %al, %dx
	movl $SCREEN, %edi
	movl %cr0, %eax
	testl %eax, %eax // CR0.PG is bit 31, the sign
	jns 1f
	addl $KERNBASE, %edi
1:	lodsb
	testb %al, %al
	jz 4f
	movb %al, %bl
	movb $0x0F, %ah // white
	stosw
	movl $PATIENCE, %ecx
	movw $COM1_LSR, %dx
2:	inb %dx, %al
	testb $LSR_ROOM, %al
	jnz 3f
	loop 2b
3:	movw $COM1, %dx
	movb %bl, %al
	outb %al, %dx
	jmp 1b
4:	movl %ebp, %eax
	outb %al, $EXIT_PORT
5:	hlt
	jmp 5b
	.size boot_stop, . - boot_stop

	.section .note.GNU-stack, "", @progbits
