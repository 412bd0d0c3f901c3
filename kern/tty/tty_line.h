// tty_line.h: functions shared by the files of terminals.
#pragma once

#include "tty/tty.h"

// Returns true if one of the flags is set in c_iflag. Needs tty->lock.
static inline bool tty_input_flag(const struct tty *tty, tcflag_t flag)
{
	return tty->termios.c_iflag & flag;
}

// Returns true if one of the flags is set in c_lflag. Needs tty->lock.
static inline bool tty_local_flag(const struct tty *tty, tcflag_t flag)
{
	return tty->termios.c_lflag & flag;
}

// Returns true if input is edited and read in lines: ICANON without EXTPROC. Needs tty->lock.
static inline bool tty_canonical(const struct tty *tty)
{
	return (tty->termios.c_lflag & (ICANON | EXTPROC)) == ICANON;
}

// Let who wants to know hear of the changes TIOCPKT_. Needs tty->lock.
static inline void tty_report(struct tty *tty, uint8_t changes)
{
	if (tty->report)
		tty->report(tty, changes);
}

// Show the first of bytes[n] as the output of a program: translated as c_oflag says (tty_output.c),
// as many as fit into TTY_BURST, if each makes 2 bytes. Does not sleep, and does not look at
// tty->stopped. Caller: holds tty->lock. Returns how many of bytes[n] were shown; 0, with tty->full
// set, if the device has no room; 0 if `n` is 0.
size_t tty_show_some(struct tty *tty, const char *bytes, size_t n);

// Show all bytes[n], translated as c_oflag says. Asks the device in a loop, at most 2000 times in
// vain, without sleeping; once if it has refused before or a program takes the output. Bytes that
// it does not take are lost: this is for the echo, which nobody can let wait. Caller: holds
// tty->lock.
void tty_show(struct tty *tty, const char *bytes, size_t n);

// Show a byte that was typed, without looking at ECHO: a control character other than a tab as ^X
// if ECHOCTL is set. Caller: holds tty->lock.
void tty_echo(struct tty *tty, uint8_t byte);

// Take a byte off the screen that was just erased at tty->head, the end of the line being edited:
// with a tab the cursor moves back. Does not look at ECHO. Caller: holds tty->lock.
void tty_echo_erased(struct tty *tty, uint8_t byte);

// Returns how many bytes can be read now: with ICANON those of complete lines, each ^D included;
// without it all. Caller: holds tty->lock.
uint32_t tty_available(const struct tty *tty);

// Returns true if poll(2) reports input (POLLIN), by Linux's rule: with ICANON a line is complete;
// without it VMIN bytes are there, or one byte if VMIN is 0 or VTIME is not. A read need not agree:
// with VMIN and VTIME 0 it never waits, with both set it may wait for more bytes. Does not look at
// tty->ended. Caller: holds tty->lock.
bool tty_readable(const struct tty *tty);

// Move up to `n` bytes of input into bytes[], with ICANON at most up to the end of a line. Stores
// in *end whether a line ended; a ^D is taken but not stored, also after `n` bytes. The caller
// calls tty_resume_input afterwards, with tty->lock released. Caller: holds tty->lock. Returns how
// many bytes were stored; 0 with *end true: the end of the file; 0 with *end false: there is no
// input, or `n` is 0.
size_t tty_take(struct tty *tty, char *bytes, size_t n, bool *end);

// Discard all input, the line being edited too. The caller calls tty_resume_input afterwards, with
// tty->lock released. Caller: holds tty->lock.
void tty_flush_input(struct tty *tty);

// Rearrange the input because lines are edited from now on (`canonical`: all bytes become a line),
// or no longer (tty_canonical). Does not change c_lflag, and wakes nobody. Caller: holds tty->lock.
void tty_switch_canonical(struct tty *tty, bool canonical);

// Process one typed byte: the caller knows that tty_has_room is true. Wakes readers when there is
// something to read. Does not sleep. Caller: holds tty->lock. Returns a signal that the caller
// sends to the foreground group with tty->lock released, or 0.
int tty_type(struct tty *tty, uint8_t byte);

// Returns true if tty_type can take another byte. With ICANON a line keeps its first TTY_RING - 1
// bytes and its end; the bytes between are dropped. So there is no room only while the ring has
// TTY_RING - 1 bytes and, with ICANON, a complete line is among them. Caller: holds tty->lock.
bool tty_has_room(const struct tty *tty);

// Stop the output of programs (^S), or let it continue and wake those that wait to write (^Q).
// Caller: holds tty->lock.
void tty_set_stopped(struct tty *tty, bool stopped);

// Who controls a terminal.
struct tty_control {
	pid_t session, foreground; // as in struct tty
	bool foreground_ended;     // likewise
};

// Returns the terminal's session and foreground group, both read at one moment; 0: none. Takes
// tty->lock.
struct tty_control tty_control_of(struct tty *tty);

// Let the terminal belong to no session, with no group in the foreground, if it is that of
// `session`, which is not 0. Sends no signal. Takes tty->lock. Returns true if it was.
bool tty_leave_session(struct tty *tty, pid_t session);

// Check whether the current process may use `tty`; `signo`: SIGTTIN (it wants to read) or SIGTTOU.
// A process of a background group of the terminal's session may not: its group gets `signo`, and
// stops. Yields. Caller: holds no lock. Returns 0, also for a terminal of another session, one
// without a foreground group, and if SIGTTOU is blocked or ignored; -ERESTARTSYS after sending the
// signal: the call is made again when the group is continued; -EIO if SIGTTIN is blocked or
// ignored, or if the group is orphaned.
int tty_check_foreground(struct tty *tty, int signo);

// The ioctl operation of tty_ops, ioctl_tty(2) (tty_ioctl.c); `arg`: an address or a number, by the
// request; file->private is the terminal, also for the master of a pseudoterminal. Sleeps and
// yields. Returns 0; -ENOTTY for an unknown request, or one about the controlling terminal where
// `file` is not the process's; -EFAULT if the memory at `arg` cannot be accessed; -EINVAL for a bad
// argument; -EPERM or -ESRCH for a group or a session that may not be set; -ERESTARTSYS or -EIO as
// tty_check_foreground.
int tty_ioctl(struct file *file, unsigned int request, void __user *arg);

// file_ops.async of a terminal, also of a slave: the set of files that want signals.
struct async_set *tty_async(struct file *file);

// Put `tty` on the list of all terminals, as its last. Takes the list's lock. For tty_init alone.
void tty_add(struct tty *tty);
