// vga.h: the display in text mode, 80 by 25 characters in 16 colours, as the firmware leaves it.
#pragma once

#include "kern.h"

// Clear the screen, and put the cursor at its top left. Returns true; false if there is no display:
// then, as before this call, vga_write does nothing. Once, at boot.
bool vga_init(void);

// Write bytes[n], text and ANSI sequences (screen_write), and show the cursor after them. \n does
// not go to column 0. Takes vga_lock (RANK_DEVICE), except in a panic.
void vga_write(const char *bytes, size_t n);
