// tty_line.h: what the files of terminals share. The callers of all but the last two functions hold
// tty->lock.
#pragma once

#include "tty/tty.h"

// Is one of these flags set in the settings for input, and for lines?
static inline bool tty_input_flag(const struct tty *tty, tcflag_t flag)
{
	return tty->termios.c_iflag & flag;
}

static inline bool tty_local_flag(const struct tty *tty, tcflag_t flag)
{
	return tty->termios.c_lflag & flag;
}

// Show `n` bytes as a program writes them (tty_echo.c).
void tty_show(struct tty *tty, const char *bytes, size_t n);

// Show a byte that was typed; and take one off the screen that was erased at tty->head, the end of
// the line being edited.
void tty_echo(struct tty *tty, uint8_t byte);
void tty_echo_erased(struct tty *tty, uint8_t byte);

// How many bytes can be read now, and can any read end?
uint32_t tty_available(const struct tty *tty);
bool tty_readable(const struct tty *tty);

// Move up to `n` bytes of input into bytes[], at most up to the end of a line. *end says whether a
// line ended.
size_t tty_take(struct tty *tty, char *bytes, size_t n, bool *end);

// Forget all input.
void tty_flush_input(struct tty *tty);

// The settings change: ICANON is switched.
void tty_switch_canonical(struct tty *tty, bool canonical);

// Take one typed byte. Returns a signal to be sent to the foreground group, or 0.
int tty_type(struct tty *tty, uint8_t byte);

// Is there room for another byte? In a line that is too long all but its end is dropped, so there
// is, unless complete lines wait to be read.
bool tty_has_room(const struct tty *tty);

// Stop output, or let it go on.
void tty_set_stopped(struct tty *tty, bool stopped);

// May the current process use the terminal as it wants to? One of a background group may not, and
// gets `signo` for it. 0; -ERESTARTSYS, the signal having been sent; -EIO where that would stop the
// process for good. Caller: holds no lock (tty.c).
int tty_check_foreground(struct tty *tty, int signo);

// The operation of tty_ops (tty_ioctl.c).
int tty_ioctl(struct file *file, unsigned int request, void __user *arg);
