// ubsan.c: reporting undefined behaviour. With `make UBSAN=1` (-fsanitize=undefined of gcc 12 and
// clang 14) the compiler adds checks and calls a function of this file when one fails. Each
// function panics with the place in the source and the values. This file itself is compiled
// without the checks.
//
// The compiler makes the structs below, one for each checked place. Their layout is that of LLVM's
// compiler-rt (lib/ubsan/ubsan_handlers.h), which gcc follows.
#include "debug/ubsan.h"

#include <stdio.h>

struct place {
	const char *file;
	uint32_t line, column;
};

struct type {
	uint16_t kind; // KIND_
	uint16_t info; // of an integer: bit 0: signed; from bit 1 on: the logarithm of its bits
	char name[];
};

#define KIND_INTEGER 0

// All structs begin with the place; some have more fields.
struct check {
	struct place place;
};

struct typed_check {
	struct place place;
	const struct type *type;
};

struct shift_check {
	struct place place;
	const struct type *value_type, *distance_type;
};

struct index_check {
	struct place place;
	const struct type *array_type, *index_type;
};

struct access_check {
	struct place place;
	const struct type *type;
	uint8_t log_alignment, kind;
};

struct argument_check {
	struct place place, attribute;
	int32_t argument;
};

// The use of the object in an access_check, by its kind.
static const char *const access_kinds[] = {
	"load of",
	"store to",
	"reference to",
	"member access within",
	"member call on",
	"construction of",
	"downcast of",
	"downcast of",
	"upcast of",
	"virtual base cast of",
	"_Nonnull reference to",
	"dynamic operation on",
};

// Panic with the place and the text `what`.
static void __noreturn report(const struct place *place, const char *what)
{
	panic("undefined behaviour: %s:%u:%u: %s", place->file, place->line, place->column, what);
}

static bool is_signed(const struct type *type)
{
	return type->kind == KIND_INTEGER && (type->info & 1);
}

static unsigned int bits_of(const struct type *type)
{
	return 1u << (type->info >> 1);
}

// Format a value as a number in text[24]. `value` is the value itself, or its address if the type
// is larger than a register. Returns text.
static const char *number(const struct type *type, uintptr_t value, char text[24])
{
	unsigned int bits = bits_of(type);
	uint64_t n = value;

	if (type->kind != KIND_INTEGER)
		return "?";
	if (bits > 32)
		memcpy(&n, (const void *)value, sizeof(n));
	if (is_signed(type) && bits < 64)
		n = (uint64_t)((int64_t)(n << (64 - bits)) >> (64 - bits));
	snprintf(text, 24, is_signed(type) ? "%lld" : "%llu", n);
	return text;
}

// Report an operation whose result does not fit into its type.
static void __noreturn binary(const struct typed_check *check, uintptr_t left, uintptr_t right,
                              const char *operator)
{
	char what[120], a[24], b[24];

	snprintf(what, sizeof(what), "%s %s %s leaves the range of %s",
	         number(check->type, left, a), operator, number(check->type, right, b),
	         check->type->name);
	report(&check->place, what);
}

void __ubsan_handle_add_overflow(void *check, uintptr_t left, uintptr_t right)
{
	binary(check, left, right, "+");
}

void __ubsan_handle_sub_overflow(void *check, uintptr_t left, uintptr_t right)
{
	binary(check, left, right, "-");
}

void __ubsan_handle_mul_overflow(void *check, uintptr_t left, uintptr_t right)
{
	binary(check, left, right, "*");
}

// Also called if the divisor is 0.
void __ubsan_handle_divrem_overflow(void *check, uintptr_t left, uintptr_t right)
{
	binary(check, left, right, "/");
}

void __ubsan_handle_negate_overflow(void *data, uintptr_t value)
{
	const struct typed_check *check = data;
	char what[120], a[24];

	snprintf(what, sizeof(what), "-(%s) leaves the range of %s", number(check->type, value, a),
	         check->type->name);
	report(&check->place, what);
}

void __ubsan_handle_shift_out_of_bounds(void *data, uintptr_t value, uintptr_t distance)
{
	const struct shift_check *check = data;
	char what[120], a[24], b[24];

	snprintf(what, sizeof(what), "%s of type %s is shifted by %s bits",
	         number(check->value_type, value, a), check->value_type->name,
	         number(check->distance_type, distance, b));
	report(&check->place, what);
}

void __ubsan_handle_out_of_bounds(void *data, uintptr_t index)
{
	const struct index_check *check = data;
	char what[120], a[24];

	snprintf(what, sizeof(what), "index %s is outside of %s",
	         number(check->index_type, index, a), check->array_type->name);
	report(&check->place, what);
}

// An access through a pointer that is NULL, misaligned, or points to an object that is too small.
void __ubsan_handle_type_mismatch_v1(void *data, uintptr_t at)
{
	const struct access_check *check = data;
	const char *kind = check->kind < ARRAY_SIZE(access_kinds) ? access_kinds[check->kind] :
	                                                            "use of";
	const char *fault = "too small";
	char what[160];

	if (!at)
		fault = "NULL";
	else if (at & ((1u << check->log_alignment) - 1))
		fault = "misaligned";
	snprintf(what, sizeof(what), "%s %s at %#lx, which is %s", kind, check->type->name,
	         (unsigned long)at, fault);
	report(&check->place, what);
}

void __ubsan_handle_load_invalid_value(void *data, uintptr_t value)
{
	const struct typed_check *check = data;
	char what[120], a[24];

	snprintf(what, sizeof(what), "%s is no value of %s", number(check->type, value, a),
	         check->type->name);
	report(&check->place, what);
}

void __ubsan_handle_nonnull_arg(void *data)
{
	const struct argument_check *check = data;
	char what[120];

	snprintf(what, sizeof(what), "argument %d must not be NULL", check->argument);
	report(&check->place, what);
}

void __ubsan_handle_builtin_unreachable(void *data)
{
	report(&((const struct check *)data)->place, "a place was reached that cannot be");
}

void __ubsan_handle_missing_return(void *data)
{
	report(&((const struct check *)data)->place, "a function ended without its value");
}

void __ubsan_handle_invalid_builtin(void *data)
{
	report(&((const struct check *)data)->place, "a builtin does not take 0");
}
