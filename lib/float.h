// The text of numbers with a point.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Digits and point, zeros after them, and an exponent, if there is one.
struct float_text {
	char digits[1500]; // at most 309 before the point, 1,074 after it
	int length, zeros;
	char exponent[5];
	int exponent_length;
	bool point;  // the digits' part before the point is complete
	bool finite; // a number, to which zeros may be added in front
};

// Find the text, without its sign, of the double with these bits, as the conversion `letter` asks for
// it. `precision` below 0: 6. `alternate`: with the flag #.
void float_format(struct float_text *text, uint64_t bits, char letter, int precision,
                  bool alternate);
