// keymap.h: what keys mean: scan codes of a PC keyboard (set 1, US layout) become the bytes that a
// terminal sends. It knows nothing of hardware.
#pragma once

#include "kern.h"

#define KEY_BYTES 4 // the longest sequence of one key

// Which keys are down, and what came before. All zero: nothing.
struct keymap {
	bool shift_left, shift_right, control_left, control_right;
	bool caps_lock;
	bool extended; // the last code was 0xE0
	uint8_t skip;  // codes to ignore: the rest of a sequence 0xE1 (Pause)
};

// The bytes that scan code `code` produces, in bytes[KEY_BYTES], and how many; 0 for the release of a
// key, for Shift and its like, and for keys without a meaning. Enter is \r, Backspace 0x7F; the keys
// for moving are ANSI sequences. Alt and Num Lock have no effect.
size_t keymap_translate(struct keymap *keymap, uint8_t code, uint8_t *bytes);
