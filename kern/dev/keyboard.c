// keyboard.c: the keyboard's controller (Intel 8042; IBM PS/2 technical reference, keyboard and
// auxiliary device controller).
#include "dev/keyboard.h"

#include "cpu/irq.h"
#include "cpu/x86.h"
#include "dev/keymap.h"

#define DATA 0x60
#define COMMAND 0x64            // written
#define STATUS 0x64             // read
#define STATUS_OUTPUT_FULL 0x01 // a byte waits in DATA
#define STATUS_INPUT_FULL 0x02  // the controller has not read the last byte yet
#define STATUS_MOUSE 0x20       // the byte comes from the mouse
#define STATUS_ABSENT 0xFF      // no device answers

#define COMMAND_READ_CONFIG 0x20
#define COMMAND_WRITE_CONFIG 0x60
#define COMMAND_ENABLE_KEYBOARD 0xAE
#define CONFIG_KEYBOARD_IRQ 0x01
#define CONFIG_KEYBOARD_OFF 0x10
#define CONFIG_TRANSLATE 0x40 // to scan codes of set 1

#define SCROLL_LOCK 0x46 // Control with Break sends it too

// How often to read the status before the controller counts as broken.
#define PATIENCE 10000

static bool present;
static struct keymap keymap;
static void (*keyboard_input)(const uint8_t *bytes, size_t n);
static void (*keyboard_attention)(void);

// Wait until (status & bits) == wanted. Returns false if that does not come.
static bool wait_status(uint8_t bits, uint8_t wanted)
{
	for (int i = 0; i < PATIENCE; i++)
		if ((inb(STATUS) & bits) == wanted)
			return true;
	return false;
}

// Write a byte to the controller when it can take one. Returns false if it never can.
static bool send(uint16_t port, uint8_t byte)
{
	if (!wait_status(STATUS_INPUT_FULL, 0))
		return false;
	outb(port, byte);
	return true;
}

// Discard what was typed before the kernel ran: the controller sends no interrupt while an old
// byte waits.
static void discard(void)
{
	for (int i = 0; i < PATIENCE && (inb(STATUS) & STATUS_OUTPUT_FULL); i++)
		inb(DATA);
}

// The firmware may leave interrupts off and the translation to set 1 off, so the configuration
// byte is read, changed and written back.
bool keyboard_init(void)
{
	uint8_t config;

	if (inb(STATUS) == STATUS_ABSENT)
		return false;
	discard();
	if (!send(COMMAND, COMMAND_READ_CONFIG) ||
	    !wait_status(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL))
		return false;
	config = inb(DATA);
	config |= CONFIG_KEYBOARD_IRQ | CONFIG_TRANSLATE;
	config &= (uint8_t)~CONFIG_KEYBOARD_OFF;
	present = send(COMMAND, COMMAND_WRITE_CONFIG) && send(DATA, config) &&
	          send(COMMAND, COMMAND_ENABLE_KEYBOARD);
	return present;
}

// Read one scan code from the controller and translate it: *n bytes. Returns false if none waits.
// Bytes of the mouse share the port; they are read and dropped.
static bool read_key(uint8_t *code, uint8_t *bytes, size_t *n)
{
	uint8_t status = inb(STATUS);

	if (!(status & STATUS_OUTPUT_FULL))
		return false;
	*code = inb(DATA);
	*n = 0;
	if (status & STATUS_MOUSE)
		*code = 0; // no key has this code
	else
		*n = keymap_translate(&keymap, *code, bytes);
	return true;
}

// Handle all keys that wait, since one interrupt may announce several.
static void keyboard_interrupt(int irq)
{
	uint8_t code, bytes[KEY_BYTES];
	size_t n;

	(void)irq;
	while (read_key(&code, bytes, &n)) {
		if (n > 0)
			keyboard_input(bytes, n);
		else if (code == SCROLL_LOCK)
			keyboard_attention();
	}
}

void keyboard_input_start(void (*input)(const uint8_t *bytes, size_t n), void (*attention)(void))
{
	if (!present)
		return;
	keyboard_input = input;
	keyboard_attention = attention;
	irq_register(IRQ_KEYBOARD, keyboard_interrupt);
	irq_unmask(IRQ_KEYBOARD);
}

int keyboard_poll(void)
{
	uint8_t code, bytes[KEY_BYTES];
	size_t n;

	return present && read_key(&code, bytes, &n) && n == 1 ? bytes[0] : -1;
}
