// keymap.c: from scan codes to bytes.
#include "dev/keymap.h"

#define RELEASED 0x80 // bit in a code: the key was released
#define EXTENDED 0xE0
#define PAUSE 0xE1 // two more codes follow

#define CONTROL 0x1D
#define SHIFT_LEFT 0x2A
#define SHIFT_RIGHT 0x36
#define CAPS_LOCK 0x3A
#define SLASH 0x35
#define ENTER 0x1C

// The characters of keys 0x00 to 0x39, without and with Shift; 0: the key has no character.
static const char plain[] = "\0\033"
			    "1234567890-=\177\t"
			    "qwertyuiop[]\r\0"
			    "asdfghjkl;'`\0\\"
			    "zxcvbnm,./\0*\0 ";
static const char shifted[] = "\0\033"
			      "!@#$%^&*()_+\177\t"
			      "QWERTYUIOP{}\r\0"
			      "ASDFGHJKL:\"~\0|"
			      "ZXCVBNM<>?\0*\0 ";

// Keys 0x47 to 0x53, on the number pad and left of it: the rest of the sequence ESC [ ..., or the
// sign of a key that has its own.
static const char *const moving[] = {
	"H", "A", "5~", "-", "D", "", "C", "+", "F", "B", "6~", "2~", "3~",
};
#define MOVING_FIRST 0x47

// Record the state of Shift, Control and Caps Lock. Returns false if the code is of another key.
static bool track_modifier(struct keymap *keymap, uint8_t code, bool extended)
{
	bool down = !(code & RELEASED);

	switch (code & ~RELEASED) {
	case SHIFT_LEFT: // with 0xE0: a fake Shift that keyboards send around cursor keys
		if (!extended)
			keymap->shift_left = down;
		return true;
	case SHIFT_RIGHT:
		if (!extended)
			keymap->shift_right = down;
		return true;
	case CONTROL:
		if (extended)
			keymap->control_right = down;
		else
			keymap->control_left = down;
		return true;
	case CAPS_LOCK:
		if (down)
			keymap->caps_lock = !keymap->caps_lock;
		return true;
	}
	return false;
}

// Translate a cursor key, or a sign of the number pad.
static size_t translate_moving(uint8_t code, uint8_t *bytes)
{
	const char *text = moving[code - MOVING_FIRST];
	size_t n = 0;

	if (*text != '-' && *text != '+' && *text) {
		bytes[n++] = '\033';
		bytes[n++] = '[';
	}
	while (*text)
		bytes[n++] = (uint8_t)*text++;
	return n;
}

// Translate a key of `plain`. Caps Lock changes letters only. Control turns 0x40 to 0x7F into
// control characters, and the space into NUL.
static size_t translate_character(const struct keymap *keymap, uint8_t code, uint8_t *bytes)
{
	bool shift = keymap->shift_left || keymap->shift_right;
	bool letter = plain[code] >= 'a' && plain[code] <= 'z';
	char c = (shift != (letter && keymap->caps_lock) ? shifted : plain)[code];

	if (!c)
		return 0;
	if ((keymap->control_left || keymap->control_right) && (c == ' ' || (c >= '@' && c < 0x7F)))
		c &= 0x1F;
	bytes[0] = (uint8_t)c;
	return 1;
}

// Prefixes come first: 0xE0 changes the meaning of the next code, 0xE1 begins a sequence of three
// (Pause).
size_t keymap_translate(struct keymap *keymap, uint8_t code, uint8_t *bytes)
{
	bool extended = keymap->extended;

	keymap->extended = false;
	if (keymap->skip > 0) {
		keymap->skip--;
		return 0;
	}
	if (code == PAUSE) {
		keymap->skip = 2;
		return 0;
	}
	if (code == EXTENDED) {
		keymap->extended = true;
		return 0;
	}
	if (track_modifier(keymap, code, extended) || (code & RELEASED))
		return 0;
	if (code >= MOVING_FIRST && code < MOVING_FIRST + ARRAY_SIZE(moving))
		return translate_moving(code, bytes);
	if (code >= sizeof(plain) - 1 || (extended && code != ENTER && code != SLASH))
		return 0;
	return translate_character(keymap, code, bytes);
}
