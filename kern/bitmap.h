// bitmap.h: sets of small numbers, stored as one bit for each number. Bit n % 32 of word n / 32
// says whether n is in the set.
#pragma once

#include "kern.h"

// The words that a set of the numbers 0 to `size` - 1 needs.
#define BITMAP_WORDS(size) (((size) + 31) / 32)

// Returns true if `number`, less than the size of the set (not checked), is in the set.
static inline bool bitmap_has(const uint32_t *words, size_t number)
{
	return words[number / 32] >> number % 32 & 1;
}

// Put `number`, less than the size of the set (not checked), into the set; it may be there already.
// Not atomic, and takes no lock.
static inline void bitmap_add(uint32_t *words, size_t number)
{
	words[number / 32] |= 1u << number % 32;
}

// Remove `number`, less than the size of the set (not checked), from the set, if it is there. Not
// atomic, and takes no lock.
static inline void bitmap_remove(uint32_t *words, size_t number)
{
	words[number / 32] &= ~(1u << number % 32);
}

// Returns the lowest number in [from, end) that is not in the set; `end` if all of them are in it,
// or if from >= end. `end` is at most the size of the set. Looks at 32 numbers at a time.
static inline size_t bitmap_next_absent(const uint32_t *words, size_t from, size_t end)
{
	while (from < end) {
		uint32_t absent = ~words[from / 32] >> from % 32;

		if (absent)
			return MIN(from + (size_t)__builtin_ctz(absent), end);
		from = ROUND_DOWN(from, 32) + 32;
	}
	return end;
}

// Returns the lowest number in [from, end) that is in the set; `end` if none of them is in it, or
// if from >= end. `end` is at most the size of the set. Looks at 32 numbers at a time.
static inline size_t bitmap_next_present(const uint32_t *words, size_t from, size_t end)
{
	while (from < end) {
		uint32_t present = words[from / 32] >> from % 32;

		if (present)
			return MIN(from + (size_t)__builtin_ctz(present), end);
		from = ROUND_DOWN(from, 32) + 32;
	}
	return end;
}
