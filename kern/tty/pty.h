// pty.h: pseudoterminals (pty(7)). A program that opens /dev/ptmx gets the master: it reads what other
// programs write to the terminal, the slave, and types for them what it writes. The slave is a terminal
// like any other, /dev/pts/NUMBER.
#pragma once

#include "tty/tty.h"

#define PTYS 512u      // so many pseudoterminals may exist
#define PTY_RING 4096u // bytes that wait for the master to read them

// [c] constant   [l] tty.lock   [n] the lock of the numbers (pty.c)
// [-] a single word, stored without a lock
struct pty {
	struct tty tty;      // the slave; comes first
	uint32_t number;     // [c]
	struct inode *node;  // [c] of /dev/pts/NUMBER; a reference
	bool locked;         // [l] the slave may not be opened yet (unlockpt)
	bool closed;         // [l] the master is closed
	bool was_open;       // [l] the slave has been opened
	bool packet;         // [l] packet mode (TIOCPKT)
	uint8_t changes;     // [l] TIOCPKT_: what the master has not read yet in that mode
	bool exclusive;      // [-] TIOCEXCL of the master, which nobody can open again
	uint32_t refs;       // [l] open files of both ends; the last one frees all
	uint32_t slaves;     // [l] open files of the slave
	char out[PTY_RING];  // [l] what the slave has shown: byte number n is out[n % PTY_RING]
	uint32_t head, tail; // [l] numbers of the next byte to store and to read; they wrap
	struct waitq read_wait, write_wait, poll_wait; // of the master
	struct async_set async;                        // the master, if it wants signals
};

// The operations of the open files of a master, whose `private` is the struct pty.
extern const struct file_ops pty_master_ops;

// Create /dev/ptmx, and take opens of /dev/pts/*. Panics if out of memory. Called once, at boot,
// after console_tty_init.
void pty_init(void);

// Returns how many pseudoterminals there are, also those whose master is closed while the slave is
// open. Takes no lock.
uint32_t pty_count(void);

// Open the slave of `pty` (TIOCGPTPEER); of `flags` the access mode, O_NONBLOCK, O_NOCTTY,
// O_LARGEFILE and O_CLOEXEC count. Checks no permission. It may become the controlling terminal
// (tty_opened_by_leader). Sleeps. Caller: holds no lock; keeps the master open. Returns the lowest
// free descriptor of the current thread; -EMFILE; -ENOMEM; -EIO if the slave is locked
// (TIOCSPTLCK).
int pty_open_peer(struct pty *pty, uint32_t flags);

// file_ops.release of a master: removes /dev/pts/NUMBER and hangs the slave up, whose session's
// leader gets SIGHUP and SIGCONT. The struct pty is freed now, or when the last open file of the
// slave is closed. Sleeps and yields.
void pty_master_release(struct file *file);
