// retreat.h: reading a byte that may have no memory, where any other fault ends the test.
#pragma once

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile bool ready; // `back` is where the access under way continues

// The handler for SIGSEGV and SIGBUS.
static void retreat(int signo)
{
	if (!ready)
		_exit(2); // not an access under test: memory could not be mapped
	ready = false;
	siglongjmp(back, signo);
}

// Read the byte at `at`, into *byte. Returns 0, or the signal that it raised.
static int read_byte(const volatile char *at, char *byte)
{
	int signo = sigsetjmp(back, 1);

	if (signo)
		return signo;
	ready = true;
	*byte = *at;
	ready = false;
	return 0;
}
