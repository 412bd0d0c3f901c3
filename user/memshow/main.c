// memshow [-1] [-n FRAMES] [-d TENTHS]: draw the uses and owners of physical memory, and the
// mappings of each process, until `q` is typed. -1: draw one frame; -n: draw FRAMES frames; -d: wait
// TENTHS of a second between frames. In colour on a terminal, with letters alone elsewhere.
//
// Each character of the left side is a few pages, and shows the use of most of them. A
// process's address space is a row of characters too: x program, h heap, m mappings, s stack. The
// numbers are pages.

#include "memshow.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#define TENTH 100 // milliseconds

static struct termios before;

static void restore_terminal(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

// Let keys arrive as they are typed. Returns whether there is a terminal for them.
static bool take_keys(void)
{
	struct termios keys;

	if (tcgetattr(STDIN_FILENO, &before) < 0)
		return false;
	keys = before;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	if (atexit(restore_terminal) != 0)
		return false;
	tcsetattr(STDIN_FILENO, TCSANOW, &keys);
	return true;
}

// Wait for the next frame. Returns whether somebody wants an end.
static bool wait_for_end(bool keys, int tenths)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char key;

	if (poll(&input, keys ? 1 : 0, tenths * TENTH) <= 0)
		return false;
	return read(STDIN_FILENO, &key, 1) != 1 || key == 'q';
}

int main(int argc, char **argv)
{
	struct memory memory = { .pages = 0 };
	bool colour = isatty(STDOUT_FILENO), keys = false;
	int option, frames = -1, tenths = 5;

	while ((option = getopt(argc, argv, "1n:d:")) != -1) {
		if (option == '?')
			return 2;
		if (option == 'd')
			tenths = atoi(optarg);
		else
			frames = option == '1' ? 1 : atoi(optarg);
	}
	if (frames != 1 && colour)
		keys = take_keys();
	if (colour)
		fputs("\033[2J", stdout);
	while (frames != 0) {
		if (memory_read(&memory) < 0) {
			perror("memshow");
			return 1;
		}
		draw(&memory, colour);
		if (frames > 0 && --frames == 0)
			break;
		if (wait_for_end(keys, tenths))
			break;
	}
	return 0;
}
