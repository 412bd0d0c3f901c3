// Jumping back to a function that is still running. sigsetjmp also keeps the signal mask.
#pragma once

typedef struct {
	unsigned long registers[6]; // ebx esi edi ebp esp eip
	unsigned long mask_saved;
	unsigned long mask[2];
} jmp_buf[1];

typedef jmp_buf sigjmp_buf;

int setjmp(jmp_buf env) __attribute__((returns_twice));
void longjmp(jmp_buf env, int value) __attribute__((noreturn));
int sigsetjmp(sigjmp_buf env, int save_mask) __attribute__((returns_twice));
void siglongjmp(sigjmp_buf env, int value) __attribute__((noreturn));
