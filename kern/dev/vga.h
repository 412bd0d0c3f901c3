// vga.h: the display in text mode, 80 by 25 characters in 16 colours, as the firmware leaves it.
#pragma once

#include "kern.h"

// Clear the screen. Returns false if there is no display; then vga_write does nothing. Once, at
// boot.
bool vga_init(void);

// Write bytes[n], text and ANSI sequences (dev/screen.h), and show the cursor after them. Takes
// vga_lock (RANK_DEVICE), except in a panic.
void vga_write(const char *bytes, size_t n);
