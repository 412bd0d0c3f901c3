// tty.h: terminals (termios(3)). Typed bytes go through the line discipline (tty_line.c): it
// echoes them, lets a line be edited until it is complete, and turns some characters into
// signals. Written bytes get their newlines translated (tty_output.c).
//
// The way of ^C: an interrupt of the keyboard or the serial port calls tty_input; tty_type finds
// that the byte is VINTR; tty_input calls tty_hooks->signal_group for the foreground group,
// which proc/job_control.c sets.
#pragma once

#include "cpu/spinlock.h"
#include "fs/async_file.h"
#include "fs/file.h"
#include "list.h"
#include <abi/ioctl.h>

#define TTY_RING 4096u // bytes of input that a terminal keeps
#define TTY_BURST 16u  // bytes that a device shows at once

// [c] constant   [l] lock   [-] a single word, stored without a lock
struct tty {
	const char *name; // [c]
	dev_t device;     // [c] its number

	// [c] Show bytes[n], at most TTY_BURST, and return true. Or, if the device has no room
	// now, show none, return false, and call tty_output_room later. Called with the lock held.
	// Must not sleep.
	bool (*output)(struct tty *tty, const char *bytes, size_t n);

	// [c] Deliver the input that tty_input refused, since there is room now. Called without
	// locks. May be NULL.
	void (*resume)(struct tty *tty);

	// [c] Make `file` an open file of the terminal, for /dev/tty. Called under the lock of the
	// list of terminals. Must not sleep. NULL: nothing is counted. Returns 0 or -errno.
	int (*open)(struct tty *tty, struct file *file);

	// [c] Note that the changes TIOCPKT_ have happened to the terminal. Called with the lock
	// held. NULL: nobody wants to know.
	void (*report)(struct tty *tty, uint8_t changes);

	bool waits_for_program; // [c] a program takes the output, not a device

	struct spinlock lock;   // RANK_TTY
	struct list link;       // [c] in the list of all terminals
	struct termios termios; // [l]
	struct winsize winsize; // [l]
	pid_t session;          // [l] the session whose controlling terminal this is, or 0
	pid_t foreground;       // [l] the process group that may read and gets the signals; or 0
	bool foreground_ended;  // [l] that group has ended: another one may have its number now
	struct waitq read_wait, write_wait, poll_wait;
	struct async_set async; // files that want signals

	// Input. head, ready and tail are counters that wrap; a byte is at its number modulo
	// TTY_RING. The bytes [tail, ready) can be read; [ready, head) is the line being edited.
	// Without ICANON everything up to `head` can be read, whatever `ready` is. A set bit in
	// marks[] says that the byte ends a line. A marked byte 0 stands for the end of a file (^D)
	// and is not part of the line.
	char ring[TTY_RING];           // [l]
	uint32_t marks[TTY_RING / 32]; // [l]
	uint32_t head, ready, tail;    // [l]
	bool refused;                  // [l] tty_input has not taken all bytes; no resume since
	bool literal;                  // [l] the next byte has no special meaning
	bool stopped;                  // [l] output waits (^S)
	bool full;                     // [l] output has returned false; no tty_output_room since
	bool writing;                  // [l] a write shows a piece; other writes wait
	bool ended;                    // [l] nothing more will be typed
	bool exclusive;                // [-] TIOCEXCL: only CAP_SYS_ADMIN may open it
	bool hung_up;                  // [l] nobody takes the output any more: writes are EIO
	uint32_t column;               // [l] the cursor's column
	uint32_t line_column;          // [l] the cursor's column when the line being edited began
};

extern const struct file_ops tty_ops;

// A process's place in job control.
struct tty_caller {
	pid_t pid, group, session;
};

// The functions that terminals need from the layer that knows processes. Called without locks.
struct tty_hooks {
	// Send a signal to every process of a group; to a large one a little later. May be called
	// by interrupt handlers.
	void (*signal_group)(pid_t group, int signo);

	// Like signal_group, but all have the signal when it returns. Yields.
	void (*kill_group)(pid_t group, int signo);

	// Returns the current process's place in job control.
	struct tty_caller (*caller)(void);

	// Returns true if the current process blocks or ignores the signal.
	bool (*ignores)(int signo);

	// Returns true if the current process's group is orphaned (POSIX: no member has a parent in
	// another group of the session). Nobody would continue it if it stopped.
	bool (*orphaned)(void);

	// Send a signal to the leader of a session, if it lives.
	void (*signal_leader)(pid_t session, int signo);

	// Returns the session of a process group, or 0 if there is no such group.
	pid_t (*group_session)(pid_t group);
};

// Set at boot by proc/. NULL: terminals work without job control.
extern const struct tty_hooks *tty_hooks;

// Initialise `tty`, whose fields marked [c] are set (`device` may follow before it can be opened)
// and all else is 0, with the usual settings, an unknown window and no session, and put it on the
// list of all terminals until tty_remove. Takes the list's lock.
void tty_init(struct tty *tty);

// Process typed bytes: echo them, edit the line, and send the signals that they stand for to the
// group in the foreground. Does not sleep; may be called by interrupt handlers. Caller: holds no
// spinlock. Returns how many bytes were taken, from the first on: less than `n` if there is no
// room. The caller keeps the rest and passes it again when the terminal calls tty->resume, or drops
// it.
size_t tty_input(struct tty *tty, const uint8_t *bytes, size_t n);

// Call tty->resume, which may be NULL, if tty_input has refused bytes and there is room for them
// now. Every function that takes bytes out of the ring is followed by this. Caller: holds no lock.
void tty_resume_input(struct tty *tty);

// Note that the device has room again, and wake the threads and polls that wait to write. Takes
// tty->lock; does not sleep; may be called by interrupt handlers.
void tty_output_room(struct tty *tty);

// Returns true if a write to any terminal waits for the room of its device: then the machine is not
// deadlocked. A write does not count that waits for a program (waits_for_program) or for ^Q. Takes
// no lock.
bool tty_output_waiting(void);

// Record that nothing more will be typed: a read that finds no input returns 0, the end of the
// file, from now on; input that is there can still be read. Wakes readers and polls. Takes
// tty->lock; does not sleep; may be called by interrupt handlers.
void tty_end_input(struct tty *tty);

// Set the size of the window; 0 rows or columns: unknown. If *winsize differs from the old size,
// also in its pixels, the foreground group gets SIGWINCH. Takes tty->lock, and then the locks for
// sending a signal; does not sleep; may be called by interrupt handlers. Caller: holds no spinlock.
void tty_set_window(struct tty *tty, const struct winsize *winsize);

// Make `tty` the controlling terminal of `session`, whose number is that of its leader's group,
// with that group in the foreground. `session` 0: of none. Takes tty->lock. Checks nothing.
void tty_set_session(struct tty *tty, pid_t session);

// Free the terminal of a session whose leader has ended, so that another session can take it; also
// one that was hung up. If it is a pseudoterminal, its foreground group gets SIGHUP, and SIGCONT if
// the terminal has been hung up. Yields. Caller: holds no lock.
void tty_session_ended(pid_t session);

// Note that the group with this number has ended: where it is in the foreground, a later group of
// that number is not. Takes the list's lock, and each terminal's in turn.
void tty_group_ended(pid_t group);

// Returns true if the current process's session has a controlling terminal that was not hung up.
// Takes process_lock, the list's lock, and each terminal's lock in turn: must not be called under
// them.
bool tty_has_controlling(void);

// Make `file`, with tty_ops, an open file of the current process's controlling terminal: sets
// file->private, and calls the terminal's open, which may change file->ops. Takes locks as
// tty_has_controlling. Returns 0; -ENXIO if there is no such terminal; or what the terminal's open
// returns (-EIO).
int tty_open_controlling(struct file *file);

// Make `tty`, which was opened with `file`, the controlling terminal of the current process's
// session, with the process's group in the foreground, if the process is the leader of a session
// without a terminal, no session has `tty`, and `file` is open for reading and without O_NOCTTY.
// Else do nothing. Takes locks as tty_has_controlling, and tty->lock.
void tty_opened_by_leader(struct tty *tty, const struct file *file);

// Take `tty`, which nobody uses any more, off the list of all terminals: the caller may free it
// then. Takes the list's lock.
void tty_remove(struct tty *tty);

// Store the group in the foreground of the terminal that `file` is; 0: none, or it has ended, or
// `file` is the master of a pseudoterminal. Takes tty->lock. Returns false, with nothing stored,
// for a file that is no terminal.
bool tty_foreground_of(const struct file *file, pid_t *foreground);

// Check whether the current thread may open `tty`, which TIOCEXCL forbids. Takes no lock. Returns 0
// or -EBUSY.
int tty_check_exclusive(const struct tty *tty);

// Find the controlling terminal of `session`, and store the terminal's device number and the
// process group in its foreground (0: none). Takes the list's lock, and each terminal's in turn.
// Returns false, with nothing stored, if the session has none that was not hung up, or is 0.
bool tty_of_session(pid_t session, dev_t *device, pid_t *foreground);
