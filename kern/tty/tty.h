// tty.h: terminals. What is typed goes through the line discipline (tty_line.c): it is echoed, a
// line can be edited until it is complete, and some characters are signals. What is written gets
// its newlines translated. As termios(3) describes it.
#pragma once

#include "cpu/spinlock.h"
#include "fs/file.h"
#include "list.h"
#include <abi/ioctl.h>

#define TTY_RING 4096u // bytes of input that a terminal keeps

// [c] constant   [l] lock
struct tty {
	const char *name; // [c]

	// [c] Show bytes. Must not sleep.
	void (*output)(const char *bytes, size_t n);
	// [c] tty_input, which had refused bytes, would take some now. Called without locks.
	void (*resume)(void);

	struct spinlock lock;   // RANK_TTY
	struct list link;       // [c] among all terminals
	struct termios termios; // [l]
	struct winsize winsize; // [l]
	pid_t session;          // [l] whose controlling terminal it is, or 0
	pid_t foreground;       // [l] the process group that gets the signals
	struct waitq read_wait, write_wait, poll_wait;

	// Input, by numbers that wrap: [tail, ready) can be read, [ready, head) is the line being
	// edited. Without ICANON `ready` does not count: all can be read. A set bit of marks[]
	// ends a line; a marked byte 0 is not part of it (end of file).
	char ring[TTY_RING];           // [l]
	uint32_t marks[TTY_RING / 32]; // [l]
	uint32_t head, ready, tail;    // [l]
	bool refused;                  // [l] tty_input has not taken all
	bool literal;                  // [l] the next byte has no special meaning
	bool stopped;                  // [l] output waits (^S)
	bool ended;                    // [l] nothing more will be typed
	uint32_t column;               // [l] where the cursor is
	uint32_t line_column;          // [l] where it was when the line being edited began
};

extern const struct file_ops tty_ops;

// A process's place in job control.
struct tty_caller {
	pid_t pid, group, session;
};

// What terminals ask of the layer that knows processes, which sets tty_hooks at boot. Called
// without locks. As long as there are none, terminals work without job control.
struct tty_hooks {
	void (*signal_group)(pid_t group, int signo);

	// The current process.
	struct tty_caller (*caller)(void);

	// Does the current process block or ignore the signal, and is its group orphaned (POSIX: no
	// member has a parent in another group of the session)?
	bool (*ignores)(int signo);
	bool (*orphaned)(void);

	// The session of a process group, or 0 where there is no such group.
	pid_t (*group_session)(pid_t group);
};

extern const struct tty_hooks *tty_hooks;

// Make `tty`, of which name, output and resume are set, a terminal with the usual settings.
void tty_init(struct tty *tty);

// Bytes have been typed. Returns how many were taken; the rest is to be given again after
// tty->resume. May be called by interrupt handlers; takes tty->lock.
size_t tty_input(struct tty *tty, const uint8_t *bytes, size_t n);

// Nothing more will be typed: who has read everything reads the end of the file from now on.
void tty_end_input(struct tty *tty);

// Make `tty` the controlling terminal of `session`, whose leader's group is in the foreground.
void tty_set_session(struct tty *tty, pid_t session);

// The session has lost its leader: its terminal is free for another.
void tty_session_ended(pid_t session);

// The controlling terminal of the current process, or NULL.
struct tty *tty_controlling(void);
