// vgademo [FRAMES]: draws on the screen of a PC in text mode, past the kernel, through /dev/mem. Each
// cell of the display's memory is two bytes: a character, and its colours.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define TEXT_PAGE 0xB8000
#define TEXT_SIZE 0x8000
#define COLUMNS 80
#define ROWS 23 // the last two lines of the screen stay the shell's
#define CELLS (TEXT_SIZE / 2)
#define FRAMES 100
#define WHITE 0x0F00

// Characters of code page 437.
enum {
	ACROSS = 0xCD,
	DOWN = 0xBA,
	TOP_LEFT = 0xC9,
	TOP_RIGHT = 0xBB,
	BOTTOM_LEFT = 0xC8,
	BOTTOM_RIGHT = 0xBC
};
static const uint8_t shades[4] = { 0xB0, 0xB1, 0xB2, 0xDB };
static const char title[] = "  Quire  ";

// The kernel scrolls by moving the screen's first cell through the memory. To find the cell,
// write to the screen in the ordinary way, and search the memory for the text.
static volatile uint16_t *find_screen(volatile uint16_t *memory, int console)
{
	static const char mark[] = "[here]";
	size_t length = sizeof(mark) - 1, same;

	dprintf(console, "\033[2J\033[H%s\r", mark);
	for (size_t first = 0; first + COLUMNS <= CELLS; first += COLUMNS) {
		for (same = 0; same < length; same++)
			if ((memory[first + same] & 0xFF) != mark[same])
				break;
		if (same == length)
			return memory + first;
	}
	return NULL;
}

static uint16_t border(int row, int column)
{
	if (row == 0)
		return column == 0 ? TOP_LEFT : column == COLUMNS - 1 ? TOP_RIGHT : ACROSS;
	if (row == ROWS - 1)
		return column == 0 ? BOTTOM_LEFT : column == COLUMNS - 1 ? BOTTOM_RIGHT : ACROSS;
	return column == 0 || column == COLUMNS - 1 ? DOWN : 0;
}

// A slanted wave of bright colours that moves to the left.
static uint16_t wave(int row, int column, int frame)
{
	int hue = (column + 2 * row + frame) >> 2;

	return (uint16_t)(shades[hue & 3] | (8 | ((hue >> 2) % 7 + 1)) << 8);
}

static void draw(volatile uint16_t *screen, int frame)
{
	int middle = ROWS / 2 * COLUMNS + (COLUMNS - (int)strlen(title)) / 2;

	for (int row = 0; row < ROWS; row++) {
		for (int column = 0; column < COLUMNS; column++) {
			uint16_t edge = border(row, column);

			screen[row * COLUMNS + column] = edge ? edge | WHITE :
			                                        wave(row, column, frame);
		}
	}
	for (int i = 0; title[i]; i++)
		screen[middle + i] = WHITE | (uint8_t)title[i];
}

int main(int argc, char **argv)
{
	int frames = argc > 1 ? atoi(argv[1]) : FRAMES;
	int fd = open("/dev/mem", O_RDWR), console = open("/dev/console", O_WRONLY);
	volatile uint16_t *memory, *screen;

	memory = mmap(NULL, TEXT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, TEXT_PAGE);
	if (memory == MAP_FAILED) {
		perror("vgademo: /dev/mem");
		return 1;
	}
	screen = find_screen(memory, console);
	if (!screen) {
		fprintf(stderr, "vgademo: there is no screen in text mode\n");
		return 1;
	}
	for (int frame = 0; frame < frames; frame++) {
		draw(screen, frame);
		nanosleep(&(struct timespec){ .tv_nsec = 40000000 }, NULL);
	}
	dprintf(console, "\033[24;1H\n");
	return 0;
}
