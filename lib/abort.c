// Ending the program by SIGABRT.

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// A handler may run; if it returns, the signal is sent once more with its default action.
void abort(void)
{
	raise(SIGABRT);
	signal(SIGABRT, SIG_DFL);
	raise(SIGABRT);
	_exit(127);
}

void assert_failed(const char *text, const char *file, int line)
{
	fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, text);
	abort();
}
