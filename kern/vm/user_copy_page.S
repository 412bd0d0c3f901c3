// user_copy_page.S: a page from or to a user, by registers of SSE, 16 bytes an instruction: the
// counterpart of mem/page_fill.c for memory that may fault. vm/copyin_copyout.c calls it.

#include "cpu/trapentry.h"
#include "layout.h"

// Bytes that one turn of the loop moves.
#define TURN 128

	.section .text.fixup, "ax", @progbits // its instructions may have fixups

// An access to one of the pages. No fault is handled, because the registers are borrowed.
.macro may_fault instruction:vararg
1:	\instruction
	exception_entry 1b, 3f, FIXUP_AT_ONCE
.endm

// bool user_copy_page_by_sse(void *dst, const void *src): copy PAGE_SIZE bytes; one of the two
// pointers, which need not be aligned, is a user's. Changes xmm0 to xmm3. Returns true; or false at
// a fault, and then a part of `dst` may have been written. The index counts up to 0, and four loads
// come before four stores, as in mem/page_fill.c.
	.globl user_copy_page_by_sse
	.type user_copy_page_by_sse, @function
user_copy_page_by_sse:
	movl $-PAGE_SIZE, %ecx
	subl %ecx, %eax
	subl %ecx, %edx
	patch_site PATCH_STAC
2:
	.set offset, 0
	.rept TURN / 64
	may_fault movups offset(%edx, %ecx), %xmm0
	may_fault movups offset + 16(%edx, %ecx), %xmm1
	may_fault movups offset + 32(%edx, %ecx), %xmm2
	may_fault movups offset + 48(%edx, %ecx), %xmm3
	may_fault movups %xmm0, offset(%eax, %ecx)
	may_fault movups %xmm1, offset + 16(%eax, %ecx)
	may_fault movups %xmm2, offset + 32(%eax, %ecx)
	may_fault movups %xmm3, offset + 48(%eax, %ecx)
	.set offset, offset + 64
	.endr
	addl $TURN, %ecx
	jnz 2b
	patch_site PATCH_CLAC
	movl $1, %eax
	ret
3:
	patch_site PATCH_CLAC
	xorl %eax, %eax
	ret
	.size user_copy_page_by_sse, . - user_copy_page_by_sse

	.section .note.GNU-stack, "", @progbits
