// why.c: the reason why a system call failed (debug builds only).
#include "thread/why.h"

#include "thread/thread.h"
#include <stdio.h>

bool why_enabled;

int why_note(int error, const char *format, ...)
{
	struct why *why = &thread_current()->why;
	va_list args;

	if (thread_current()->aspace) {
		why->error = error;
		va_start(args, format);
		vsnprintf(why->text, sizeof(why->text), format, args);
		va_end(args);
	}
	return error;
}
