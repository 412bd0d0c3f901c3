// cmos.h: the battery-backed clock, which knows the date.
#pragma once

#include "kern.h"

// Seconds since 1970-01-01 00:00; the clock is taken to run in UTC. 0 when there is no clock, or none
// that makes sense.
uint32_t cmos_seconds(void);

// The clock's registers, as read. cmos_decode is apart from the ports so that it can be tested.
struct cmos_time {
	uint8_t second, minute, hour, day, month, year, century;
	uint8_t status_b; // how to read the others
};

// The same time in seconds since 1970, or 0 when a field is out of its range. A century that is none
// (19 to 21) is taken for 20.
uint32_t cmos_decode(const struct cmos_time *time);
