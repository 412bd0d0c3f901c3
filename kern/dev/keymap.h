// keymap.h: from scan codes of a PC keyboard (set 1, US layout) to the bytes that a terminal
// sends. Uses no hardware, so that it can be tested.
#pragma once

#include "kern.h"

#define KEY_BYTES 4 // the longest sequence of one key

// The keys that are held down, and the beginning of an unfinished sequence. All zero at the start.
struct keymap {
	bool shift_left, shift_right, control_left, control_right;
	bool caps_lock;
	bool extended; // the last code was 0xE0
	uint8_t skip;  // codes to ignore: the rest of a sequence 0xE1 (Pause)
};

// Translate scan code `code` into bytes[KEY_BYTES], without a NUL, and update *keymap. Returns the
// number of bytes, 0 to KEY_BYTES; 0 for the first codes of a sequence, for the release of a key,
// for Shift and other modifiers, and for keys without a meaning (function keys, keypad 5). Enter
// gives \r, Backspace 0x7F, the cursor keys and those of the number pad ANSI sequences.
// Control with @ to ~ gives that character's low five bits, with the space 0x00. Alt and Num Lock
// have no effect.
size_t keymap_translate(struct keymap *keymap, uint8_t code, uint8_t *bytes);
