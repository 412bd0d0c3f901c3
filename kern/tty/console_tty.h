// console_tty.h: the console (screen, keyboard, COM1) as a terminal.
#pragma once

struct tty;

// Make /dev/console, and /dev/tty, which is the terminal of the session that opens it. Take the
// console's input from now on. Once, at boot.
void console_tty_init(void);

// The terminal of /dev/console.
extern struct tty console_tty;
