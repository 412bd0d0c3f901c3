// test_keymap.c: the bytes that keys send.
#include "debug/ktest.h"
#include "dev/keymap.h"

static struct keymap keymap;
static char typed[64];

// Feed scan codes up to a 0 into a new keyboard, and collect the bytes that they send in typed[].
static const char *type(const uint8_t *codes)
{
	size_t n = 0;

	memset(&keymap, 0, sizeof(keymap));
	for (; *codes; codes++) {
		uint8_t bytes[KEY_BYTES];
		size_t count = keymap_translate(&keymap, *codes, bytes);

		EXPECT(count <= KEY_BYTES);
		memcpy(typed + n, bytes, count);
		n += count;
	}
	typed[n] = '\0';
	return typed;
}

#define EXPECT_TYPED(text, ...)                                                \
	do {                                                                   \
		static const uint8_t codes_[] = { __VA_ARGS__, 0 };            \
		if (strcmp(type(codes_), (text)) != 0)                         \
			ktest_fail(__FILE__, __LINE__, "typed \"%s\"", typed); \
	} while (0)

KTEST(keymap_sends_characters_when_keys_go_down)
{
	EXPECT_TYPED("hi 1`\\", 0x23, 0xA3, 0x17, 0x97, 0x39, 0xB9, 0x02, 0x82, 0x29, 0xA9, 0x2B,
	             0xAB);
	EXPECT_TYPED("\r\t\177\033", 0x1C, 0x9C, 0x0F, 0x8F, 0x0E, 0x8E, 0x01, 0x81);
	EXPECT_TYPED("aaa", 0x1E, 0x1E, 0x1E, 0x9E); // held down
}

KTEST(keymap_knows_both_shift_keys)
{
	EXPECT_TYPED("Aa", 0x2A, 0x1E, 0x9E, 0xAA, 0x1E, 0x9E);
	EXPECT_TYPED("!?1", 0x36, 0x02, 0x82, 0x35, 0xB5, 0xB6, 0x02, 0x82);
	EXPECT_TYPED("AA", 0x2A, 0x36, 0x1E, 0x9E, 0xAA, 0x1E, 0x9E); // one of them still down
}

KTEST(keymap_locks_capital_letters_only)
{
	EXPECT_TYPED("A1a", 0x3A, 0xBA, 0x1E, 0x02, 0x2A, 0x1E, 0xAA);
	EXPECT_TYPED("a", 0x3A, 0xBA, 0x3A, 0xBA, 0x1E);
}

KTEST(keymap_makes_control_characters)
{
	EXPECT_TYPED("\003\004c", 0x1D, 0x2E, 0x20, 0x9D, 0x2E);
	EXPECT_TYPED("\032\034", 0xE0, 0x1D, 0x2C, 0x2B, 0xE0, 0x9D);
	EXPECT_TYPED("\0031", 0x1D, 0x2E, 0x02); // Control leaves digits alone
}

KTEST(keymap_sends_sequences_for_keys_that_move)
{
	EXPECT_TYPED("\033[A\033[B\033[C\033[D", 0xE0, 0x48, 0xE0, 0xC8, 0xE0, 0x50, 0xE0, 0x4D,
	             0xE0, 0x4B);
	EXPECT_TYPED("\033[H\033[F\033[3~", 0xE0, 0x47, 0xE0, 0x4F, 0xE0, 0x53);
	EXPECT_TYPED("\033[H-+*", 0x47, 0x4A, 0x4E, 0x37); // on the number pad
	EXPECT_TYPED("\033[A", 0xE0, 0x2A, 0xE0, 0x48, 0xE0, 0xC8, 0xE0,
	             0xAA); // with the fake Shift
	EXPECT_TYPED("/\r", 0xE0, 0x35, 0xE0, 0x1C);
}

KTEST(keymap_ignores_keys_without_meaning)
{
	EXPECT_TYPED("a", 0x38, 0x3B, 0xBB, 0xB8, 0xE0, 0x38, 0xE0, 0x5B, 0xFA, 0xFF, 0x1E);
	EXPECT_TYPED("a", 0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5, 0x1E); // Pause
}
