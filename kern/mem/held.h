// held.h: measuring what a process holds (kern/README.md, "What a process holds"). A thing that several
// processes, or several descriptors, can hold has a mark. So a measure counts the thing once, whichever
// way leads to it. Only one measure is under way at any time (proc/oom_measure.c).
#pragma once

#include "kern.h"

// The number of the measure under way, or of the last one; never 0. A mark starts as 0.
extern uint32_t held_measure;

// Begin a measure: no mark counts any more. Caller: no other measure is under way.
void held_begin(void);

// Returns true if the measure under way has counted the thing with this mark.
static inline bool held_counted(uint32_t mark)
{
	return mark == held_measure;
}

// Mark a thing as counted. Returns true if it was not counted before.
static inline bool held_count(uint32_t *mark)
{
	bool first = *mark != held_measure;

	*mark = held_measure;
	return first;
}
