// held.c: the number of the measure under way.
#include "mem/held.h"

uint32_t held_measure = 1;

void held_begin(void)
{
	if (++held_measure == 0)
		held_measure = 1;
}
