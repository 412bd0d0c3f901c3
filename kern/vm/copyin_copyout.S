// copyin_copyout.S: the instructions that touch a user's memory for the kernel. Each has an entry
// in the exception table: if it faults and the fault cannot be handled, the processor continues at
// the fixup of that entry. With SMAP, user memory is accessible only between STAC and CLAC (Intel
// SDM vol. 3, 4.6.1). Callers have checked that the addresses lie below ULIM; only the functions
// for single values check this themselves. Arguments arrive in EAX, EDX, ECX (-mregparm=3).

#include "cpu/trapentry.h"
#include "layout.h"
#include <abi/errno.h>

	.section .text.fixup, "ax", @progbits // its instructions may have fixups

// size_t NAME(void *dst, const void *src, size_t len): copy; one of the two pointers is a user's.
// Words first, then the last bytes: a `rep` instruction that faults leaves its registers at the
// element that failed, so the handler can continue it. Returns how many bytes were not copied; all
// bytes before them were.
.macro copy_function name, fixup
	.globl \name
	.type \name, @function
\name:
	pushl %esi
	pushl %edi
	movl %eax, %edi
	movl %edx, %esi
	movl %ecx, %edx
	shrl $2, %ecx
	andl $3, %edx
	patch_site PATCH_STAC
1:	rep movsl
	movl %edx, %ecx
2:	rep movsb
3:	patch_site PATCH_CLAC
	movl %ecx, %eax
	popl %edi
	popl %esi
	ret

	// A word could not be copied. Some of its bytes may lie before the bad page: copy the rest
	// byte by byte up to there.
4:	leal (%edx, %ecx, 4), %ecx
	jmp 2b
	exception_entry 1b, 4b, \fixup
	exception_entry 2b, 3b, \fixup
	.size \name, . - \name
.endm

	copy_function user_copy, FIXUP_LAST
	copy_function user_copy_nofault, FIXUP_AT_ONCE

// size_t user_clear(void *dst, size_t len): write zeroes. Returns how many bytes were not written.
// Continues byte by byte after a failed word, as the copies do.
	.globl user_clear
	.type user_clear, @function
user_clear:
	pushl %edi
	movl %eax, %edi
	movl %edx, %ecx
	shrl $2, %ecx
	andl $3, %edx
	xorl %eax, %eax
	patch_site PATCH_STAC
clear_words:
	rep stosl
	movl %edx, %ecx
clear_bytes:
	rep stosb
clear_done:
	patch_site PATCH_CLAC
	movl %ecx, %eax
	popl %edi
	ret
clear_rest:
	leal (%edx, %ecx, 4), %ecx
	jmp clear_bytes
	exception_entry clear_words, clear_rest
	exception_entry clear_bytes, clear_done
	.size user_clear, . - user_clear

// Single values of 1, 2, 4 and 8 bytes. int user_get_N(void *dst, const void *src): `src` is a
// user's. int user_put_N(void *dst, const void *src): `dst` is a user's. Both return 0, or -EFAULT
// with nothing stored. A value may cross a page boundary: the processor checks both pages before
// it stores a word; for the two words of 8 bytes these functions do.

// The head of such a function: refuse a value that does not lie below ULIM.
.macro value_function name, bytes, user, bad=bad_value
	.globl \name
	.type \name, @function
\name:
	cmpl $ULIM - \bytes, \user
	ja \bad
.endm

// The end of such a function: close user memory, return 0.
.macro value_done name
	patch_site PATCH_CLAC
	xorl %eax, %eax
	ret
	.size \name, . - \name
.endm

// The value goes through a register, so that nothing is stored if the load faults.
.macro get_function name, bytes, move, register, fixup=FIXUP_LAST, bad=bad_value
	value_function \name, \bytes, %edx, \bad
	patch_site PATCH_STAC
1:	\move (%edx), \register
	\move \register, (%eax)
	value_done \name
	exception_entry 1b, \bad, \fixup
.endm

.macro put_function name, bytes, move, register, fixup=FIXUP_LAST, bad=bad_value
	value_function \name, \bytes, %eax, \bad
	\move (%edx), \register
	patch_site PATCH_STAC
1:	\move \register, (%eax)
	value_done \name
	exception_entry 1b, \bad, \fixup
.endm

	get_function user_get_1, 1, movb, %cl
	get_function user_get_2, 2, movw, %cx
	get_function user_get_4, 4, movl, %ecx
	put_function user_put_1, 1, movb, %cl
	put_function user_put_2, 2, movw, %cx
	put_function user_put_4, 4, movl, %ecx

	// The _nofault forms return how many bytes were not copied: 0 or 1.
	get_function user_get_1_nofault, 1, movb, %cl, FIXUP_AT_ONCE, bad_byte
	put_function user_put_1_nofault, 1, movb, %cl, FIXUP_AT_ONCE, bad_byte

	// Load both words before storing one: the high word first, which may be on a bad page.
	value_function user_get_8, 8, %edx
	patch_site PATCH_STAC
get_high:
	movl 4(%edx), %ecx
get_low:
	movl (%edx), %edx
	movl %edx, (%eax)
	movl %ecx, 4(%eax)
	value_done user_get_8
	exception_entry get_high, bad_value
	exception_entry get_low, bad_value

	value_function user_put_8, 8, %eax
	movl 4(%edx), %ecx
	movl (%edx), %edx
	patch_site PATCH_STAC
put_test: // a store that changes nothing: if the second page is bad, fail before storing
	lock orl $0, 4(%eax)
put_low:
	movl %edx, (%eax)
put_high:
	movl %ecx, 4(%eax)
	value_done user_put_8
	exception_entry put_test, bad_value
	exception_entry put_low, bad_value
	exception_entry put_high, bad_value

// The fixups of the functions above.
bad_value:
	patch_site PATCH_CLAC
	movl $-EFAULT, %eax
	ret
bad_byte:
	patch_site PATCH_CLAC
	movl $1, %eax
	ret

// Strings. Both functions read byte by byte, because the bytes after the NUL may lie on a page
// that does not exist; the loop is unrolled four times. Both return the length without the NUL;
// -ENAMETOOLONG if max bytes hold no NUL; -EFAULT if a byte could not be read.
//
// ssize_t user_copy_string(char *dst, const char *src, size_t max): copy up to the NUL.
// ssize_t user_string_length(const char *src, size_t max): measure; `dst` is not used.
.macro string_byte offset, copies, fixup, found
1:	movb \offset(%edx, %ecx), %bl
	.if \copies
	movb %bl, \offset(%eax, %ecx)
	.endif
	testb %bl, %bl
	jz \found
	exception_entry 1b, \fixup
.endm

.macro string_function name, copies
	.globl \name
	.type \name, @function
\name:
	.if !\copies
	movl %edx, %ecx
	movl %eax, %edx
	.endif
	pushl %ebx
	addl %ecx, %eax // both pointers to the end, and a negative index that counts up to 0
	addl %ecx, %edx
	pushl %ecx
	negl %ecx
	patch_site PATCH_STAC
	addl $4, %ecx // the index plus 4, from here on
	jg 13f
12:	string_byte -4, \copies, 19f, 14f
	string_byte -3, \copies, 19f, 15f
	string_byte -2, \copies, 19f, 16f
	string_byte -1, \copies, 19f, 17f
	addl $4, %ecx
	jle 12b
13:	cmpl $4, %ecx // fewer than four bytes are left
	je 20f
	string_byte -4, \copies, 19f, 14f
	incl %ecx
	jmp 13b
14:	decl %ecx // the NUL's index
15:	decl %ecx
16:	decl %ecx
17:	decl %ecx
	popl %eax
	addl %ecx, %eax
18:	patch_site PATCH_CLAC
	popl %ebx
	ret
19:	popl %eax
	movl $-EFAULT, %eax
	jmp 18b
20:	popl %eax
	movl $-ENAMETOOLONG, %eax
	jmp 18b
	.size \name, . - \name
.endm

	string_function user_copy_string, 1
	string_function user_string_length, 0

	.section .note.GNU-stack, "", @progbits
