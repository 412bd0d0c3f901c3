// Functions that run when the program ends.

#include "start.h"
#include <stdlib.h>

#define MOST 32

static void (*functions[MOST])(void);
static int count;

// Have `function` called by exit(), before those registered earlier. Returns 0, or -1 when the
// table is full.
int atexit(void (*function)(void))
{
	if (count == MOST)
		return -1;
	functions[count++] = function;
	return 0;
}

void run_exit_functions(void)
{
	while (count > 0)
		functions[--count]();
}
