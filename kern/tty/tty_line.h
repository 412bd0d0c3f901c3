// tty_line.h: functions shared by the files of terminals. The callers of the
// functions up to tty_set_stopped hold tty->lock; the callers of the others hold no lock.
#pragma once

#include "tty/tty.h"

// Returns true if one of the flags is set in c_iflag.
static inline bool tty_input_flag(const struct tty *tty, tcflag_t flag)
{
	return tty->termios.c_iflag & flag;
}

// Returns true if one of the flags is set in c_lflag.
static inline bool tty_local_flag(const struct tty *tty, tcflag_t flag)
{
	return tty->termios.c_lflag & flag;
}

// Show the first of bytes[n] as the output of a program: translated as c_oflag says (tty_echo.c), as
// many as fit into TTY_BURST. Returns how many; 0 if the device has no room.
size_t tty_show_some(struct tty *tty, const char *bytes, size_t n);

// Show all bytes[n], translated too. Bytes that a device does not take for a long time are lost: this
// is for the echo, which nobody can let wait.
void tty_show(struct tty *tty, const char *bytes, size_t n);

// Show a byte that was typed: a control character as ^X if ECHOCTL is set.
void tty_echo(struct tty *tty, uint8_t byte);

// Take a byte off the screen that was just erased at tty->head, the end of the line being edited.
void tty_echo_erased(struct tty *tty, uint8_t byte);

// Returns how many bytes can be read now.
uint32_t tty_available(const struct tty *tty);

// Returns true if a read would end without waiting: in canonical mode a line is complete, else
// VMIN bytes are there, or one if VTIME is set (poll(2) reports POLLIN by the same rule).
bool tty_readable(const struct tty *tty);

// Move up to `n` bytes of input into bytes[], at most up to the end of a line. *end: a line
// ended. Returns how many bytes were moved.
size_t tty_take(struct tty *tty, char *bytes, size_t n, bool *end);

// Discard all input. The caller then calls tty_resume_input, with the lock released.
void tty_flush_input(struct tty *tty);

// Rearrange the input because ICANON is being switched on (`canonical`) or off.
void tty_switch_canonical(struct tty *tty, bool canonical);

// Process one typed byte. Returns a signal that the caller sends to the foreground group, or 0.
int tty_type(struct tty *tty, uint8_t byte);

// Returns true if tty_type can take another byte. With ICANON a line keeps its first TTY_RING - 1
// bytes and its end; the bytes between are dropped. So there is no room only while the ring is full
// and holds a complete line; without ICANON, while the ring is full.
bool tty_has_room(const struct tty *tty);

// Stop output (^S), or let it continue (^Q).
void tty_set_stopped(struct tty *tty, bool stopped);

// Who controls a terminal.
struct tty_control {
	pid_t session, foreground; // as in struct tty
};

// Returns the terminal's session and foreground group, both read at one moment.
struct tty_control tty_control_of(struct tty *tty);

// Free the terminal if it is that of `session`. Returns true if it was.
bool tty_leave_session(struct tty *tty, pid_t session);

// Check whether the current process may use its controlling terminal. A process of a background
// group may not: its group gets `signo`, SIGTTIN or SIGTTOU, and stops. Returns 0; -ERESTARTSYS
// after sending the signal: the call is made again when the group is continued; -EIO if nobody
// could continue the group. Caller: holds no lock (tty.c).
int tty_check_foreground(struct tty *tty, int signo);

// The ioctl operation of tty_ops (tty_ioctl.c).
int tty_ioctl(struct file *file, unsigned int request, void __user *arg);
