// held.h: measuring what a process holds (kern/README.md, "What a process holds"). A thing that several
// processes, or several descriptors, can hold has a mark. So a measure counts the thing once, whichever
// way leads to it. Only one measure is under way at any time (proc/oom_measure.c).
#pragma once

#include "kern.h"

// The number of the measure under way, or of the last one; never 0. A mark starts as 0.
extern uint32_t held_measure;

// Begin a measure: add 1 to held_measure, without its value 0. So all things are not counted yet,
// and no mark is written. Takes no lock: the caller makes sure that no other measure is under way.
void held_begin(void);

// Returns true if the measure under way, or the last one, has counted the thing with this mark.
// Changes nothing.
static inline bool held_counted(uint32_t mark)
{
	return mark == held_measure;
}

// Mark a thing as counted by the measure under way: set *mark to held_measure. Returns true if this
// measure had not counted it before: then the caller adds its bytes. Takes no lock.
static inline bool held_count(uint32_t *mark)
{
	bool first = *mark != held_measure;

	*mark = held_measure;
	return first;
}
