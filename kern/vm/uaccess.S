// uaccess.S: the instructions that touch a user's memory for the kernel. Each stands in the
// exception table: a page fault that cannot be served goes on at its repair address instead.

#include "cpu/entry.h"

	.text

// size_t user_copy(void *dst, const void *src, size_t len): copy, one of the two being a user's.
// Returns how many bytes were not copied; those before them were.
	.globl user_copy
	.type user_copy, @function
user_copy:
	pushl %esi
	pushl %edi
	movl %eax, %edi
	movl %edx, %esi
	movl %ecx, %edx
	shrl $2, %ecx
	andl $3, %edx
	patch_site PATCH_STAC
copy_words:
	rep movsl
	movl %edx, %ecx
copy_bytes:
	rep movsb
copy_done:
	patch_site PATCH_CLAC
	movl %ecx, %eax
	popl %edi
	popl %esi
	ret

	// A word could not be copied. Some of its bytes may lie before the bad page: byte by byte
	// up to there.
copy_rest:
	leal (%edx, %ecx, 4), %ecx
	jmp copy_bytes
	exception_entry copy_words, copy_rest
	exception_entry copy_bytes, copy_done
	.size user_copy, . - user_copy

// size_t user_clear(void *dst, size_t len): write zeroes. Returns how many bytes were not written.
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

// ssize_t user_copy_string(char *dst, const char *src, size_t max): copy up to the NUL. Returns the
// length without it, max when there was none in max bytes, or -1 when a byte could not be read. max
// > 0.
	.globl user_copy_string
	.type user_copy_string, @function
user_copy_string:
	pushl %ebx
	addl %ecx, %eax // both pointers to the end, and a negative index that counts up to 0
	addl %ecx, %edx
	pushl %ecx
	negl %ecx
	patch_site PATCH_STAC
string_byte:
	movb (%edx, %ecx), %bl
	movb %bl, (%eax, %ecx)
	testb %bl, %bl
	jz string_done
	incl %ecx
	jnz string_byte
string_done:
	popl %eax
	addl %ecx, %eax
string_out:
	patch_site PATCH_CLAC
	popl %ebx
	ret
string_fault:
	popl %eax
	movl $-1, %eax
	jmp string_out
	exception_entry string_byte, string_fault
	.size user_copy_string, . - user_copy_string

	.section .note.GNU-stack, "", @progbits
