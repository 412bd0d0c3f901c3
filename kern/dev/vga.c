// vga.c: a screen on the VGA. The screen's cells are the display's memory; the start of the
// picture and the place of the cursor go into registers of the CRT controller (IBM VGA technical
// reference).
#include "dev/vga.h"

#include "cpu/spinlock.h"
#include "cpu/x86.h"
#include "debug/panic.h"
#include "debug/safe_read.h"
#include "dev/screen.h"

#define TEXT_MEMORY 0xB8000 // physical, 32 KiB
#define TEXT_CELLS (0x8000 / sizeof(uint16_t))

#define CRTC_INDEX 0x3D4
#define CRTC_DATA 0x3D5
#define CRTC_START_HIGH 0x0C
#define CRTC_START_LOW 0x0D
#define CRTC_CURSOR_HIGH 0x0E
#define CRTC_CURSOR_LOW 0x0F

static struct spinlock vga_lock = SPINLOCK_INIT("vga", RANK_DEVICE);
static struct screen screen; // guarded by vga_lock
static bool present;         // constant after vga_init

// Write a register. The ports of index and data are neighbours, so one 16-bit access writes both.
static void crtc_write(uint8_t index, uint8_t value)
{
	outw(CRTC_INDEX, (uint16_t)(index | value << 8));
}

// Returns true if there is a display: its cursor register keeps what is written.
static bool detect(void)
{
	crtc_write(CRTC_CURSOR_LOW, 0x5A);
	return inb(CRTC_DATA) == 0x5A;
}

// Show the hardware's cursor where the screen has its cursor.
static void show_cursor(void)
{
	size_t cursor = screen_cursor(&screen);

	crtc_write(CRTC_CURSOR_HIGH, (uint8_t)(cursor >> 8));
	crtc_write(CRTC_CURSOR_LOW, (uint8_t)cursor);
}

// Let the display begin at the screen's origin. So scrolling copies no cells.
static void show_origin(void)
{
	crtc_write(CRTC_START_HIGH, (uint8_t)(screen.origin >> 8));
	crtc_write(CRTC_START_LOW, (uint8_t)screen.origin);
}

bool vga_init(void)
{
	present = detect();
	if (present) {
		screen_init(&screen, (uint16_t *)(linear_map + TEXT_MEMORY), TEXT_CELLS);
		show_origin();
		show_cursor();
	}
	return present;
}

// In a panic nobody locks: the code that has failed may hold the lock.
void vga_write(const char *bytes, size_t n)
{
	size_t origin;

	if (!present)
		return;
	if (!panic_started())
		spin_lock(&vga_lock);
	origin = screen.origin;
	screen_write(&screen, bytes, n);
	if (screen.origin != origin)
		show_origin();
	show_cursor();
	if (!panic_started())
		spin_unlock(&vga_lock);
}
