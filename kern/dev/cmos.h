// cmos.h: the clock with a battery, which keeps the date while the machine is off.
#pragma once

#include "kern.h"

// Read the clock. Returns the seconds since 1970-01-01 00:00, or 0 if there is no clock or its
// registers make no date (cmos_decode). The clock is taken to run in UTC. Does not wait for the end
// of an update: reads the registers up to 8 times. Takes no lock: at boot only.
uint32_t cmos_seconds(void);

// The clock's registers, as read. Reading and decoding are two functions, so that decoding can be
// tested without the clock.
struct cmos_time {
	uint8_t second, minute, hour, day, month, year, century;
	uint8_t status_b; // the format of the other registers
};

// Returns *time in seconds since 1970-01-01 00:00, or 0 if a field is out of its range or the year
// is not in [1970, 2105]. status_b says whether fields are binary or BCD, and hours 0 to 23 or 1 to
// 12 with bit 7 for p.m. A day up to 31 is good in each month: February 31 is March 3, or 2 in a
// leap year. A century other than 19 to 21 is taken for 20: not every clock has that register.
uint32_t cmos_decode(const struct cmos_time *time);
