// mq_text.h: texts of long messages, whose bytes can be told apart.
#pragma once

#include <stddef.h>

// Fill text[n].
static void fill_text(char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text[i] = (char)(i * 7 >> 3);
}

// Returns how many of text[n] are what fill_text has stored.
static unsigned long right_bytes(const char *text, size_t n)
{
	unsigned long right = 0;

	for (size_t i = 0; i < n; i++)
		right += text[i] == (char)(i * 7 >> 3);
	return right;
}
