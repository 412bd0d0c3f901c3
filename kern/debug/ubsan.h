// ubsan.h: the functions that the compiler's checks for undefined behaviour call (ubsan.c). No
// other code calls them.
#pragma once

#include "kern.h"

// clang calls them with all arguments on the stack, whatever -mregparm says.
#ifdef __clang__
#define UBSAN_CALL __attribute__((regparm(0))) __noreturn
#else
#define UBSAN_CALL __noreturn
#endif

// The compiler's code calls these functions if a check fails. Each panics with the place in the
// source and the values. `check` and `data` are structs of the compiler for the place (ubsan.c).
// `left`, `right`, `value`, `distance` and `index` are operands, or the address of one whose type
// has more than 32 bits; `at` is the pointer that would be used. A division by 0 counts as an
// overflow.
void __ubsan_handle_add_overflow(void *check, uintptr_t left, uintptr_t right) UBSAN_CALL;
void __ubsan_handle_sub_overflow(void *check, uintptr_t left, uintptr_t right) UBSAN_CALL;
void __ubsan_handle_mul_overflow(void *check, uintptr_t left, uintptr_t right) UBSAN_CALL;
void __ubsan_handle_divrem_overflow(void *check, uintptr_t left, uintptr_t right) UBSAN_CALL;
void __ubsan_handle_negate_overflow(void *data, uintptr_t value) UBSAN_CALL;
void __ubsan_handle_shift_out_of_bounds(void *data, uintptr_t value, uintptr_t distance) UBSAN_CALL;
void __ubsan_handle_out_of_bounds(void *data, uintptr_t index) UBSAN_CALL;
void __ubsan_handle_type_mismatch_v1(void *data, uintptr_t at) UBSAN_CALL;
void __ubsan_handle_load_invalid_value(void *data, uintptr_t value) UBSAN_CALL;
void __ubsan_handle_nonnull_arg(void *data) UBSAN_CALL;
void __ubsan_handle_builtin_unreachable(void *data) UBSAN_CALL;
void __ubsan_handle_missing_return(void *data) UBSAN_CALL;
void __ubsan_handle_invalid_builtin(void *data) UBSAN_CALL;
