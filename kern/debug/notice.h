// notice.h: notices for somebody outside of the machine who looks into its memory while it runs:
// the page in a browser (grade/site). At each notice the kernel writes a byte to an I/O port; the
// one who has given the machine that port sees its memory as it is at this moment. The option
// `notices=PORT` turns them on.
#pragma once

#include "kern.h"

// What has happened; a letter, so that a log of the port can be read.
enum notice {
	NOTICE_FORK = 'f',  // the running process has a new child
	NOTICE_EXEC = 'e',  // the running process is another program now
	NOTICE_EXIT = 'x',  // the running process has ended, and its memory is free
	NOTICE_REAP = 'w',  // the running process has learnt of the end of a child
	NOTICE_FAULT = 'p', // a page fault of the running process was handled; CR2 has the address
	NOTICE_WAIT = 's',  // the running process begins to wait for the other end of a pipe
};

extern uint16_t notice_port; // 0 without the option; constant after boot

// Set notice_port to the lower 16 bits of the option `notices`, a number (option_uint); to 0, which
// turns notices off, if it is not given or no number. Once, at boot.
void notice_init(void);

// Do the work of notice(), its only caller: write the byte `what` to notice_port, which is not 0.
void notice_send(enum notice what) __attribute__((cold));

// Give a notice, if the option `notices` asks for it; else do nothing. May be called with any lock
// held.
static inline void notice(enum notice what)
{
	if (unlikely(notice_port))
		notice_send(what);
}
