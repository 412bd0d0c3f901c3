// cmos.c: the MC146818 clock (Motorola data sheet).
#include "dev/cmos.h"

#include "cpu/x86.h"

#define INDEX 0x70
#define DATA 0x71

// Registers
#define SECOND 0x00
#define MINUTE 0x02
#define HOUR 0x04
#define DAY 0x07
#define MONTH 0x08
#define YEAR 0x09
#define CENTURY 0x32 // on a PC
#define STATUS_A 0x0A
#define STATUS_A_UPDATING 0x80 // the fields change now, or within 244 microseconds
#define STATUS_B 0x0B
#define STATUS_B_24_HOURS 0x02
#define STATUS_B_BINARY 0x04
#define HOUR_PM 0x80

// So many readings take less time than lies between two updates, so at least one is right.
#define MAX_READINGS 8

// Returns register `index`: it is chosen through one port and read through another.
static uint8_t read_register(uint8_t index)
{
	outb(INDEX, index);
	return inb(DATA);
}

// Read all registers of the date, one after another. An update in between makes a mixture of two
// times, 10:59:59 and 11:00:00 perhaps 10:00:00; cmos_seconds recognizes it.
static struct cmos_time read_fields(void)
{
	return (struct cmos_time){
		.second = read_register(SECOND),
		.minute = read_register(MINUTE),
		.hour = read_register(HOUR),
		.day = read_register(DAY),
		.month = read_register(MONTH),
		.year = read_register(YEAR),
		.century = read_register(CENTURY),
		.status_b = read_register(STATUS_B),
	};
}

// A reading that began outside an update is right, because the next update is at least 244
// microseconds away. During an update, which takes up to 2 ms, two equal readings in succession
// are right too. So the function need not wait for the end of the update.
uint32_t cmos_seconds(void)
{
	struct cmos_time time = { 0 }, before;

	for (int readings = 0; readings < MAX_READINGS; readings++) {
		bool updating = read_register(STATUS_A) & STATUS_A_UPDATING;

		before = time;
		time = read_fields();
		if (!updating || memcmp(&time, &before, sizeof(time)) == 0)
			break;
	}
	return cmos_decode(&time);
}

// Returns the days from 1970-01-01 to the given day. The year is counted from March, so that the
// leap day is its last day, and the lengths of all months before follow one rule: 153 days in five
// months.
static uint32_t days_since_1970(uint32_t year, uint32_t month, uint32_t day)
{
	uint32_t y = month > 2 ? year : year - 1;
	uint32_t months_since_march = month > 2 ? month - 3 : month + 9;
	uint32_t days_since_march = (153 * months_since_march + 2) / 5 + day - 1;

	// 719,468 days lie between 0000-03-01 and 1970-01-01.
	return 365 * y + y / 4 - y / 100 + y / 400 + days_since_march - 719468;
}

// Returns the value of a register: a binary number, or two decimal digits of four bits each.
static uint32_t field(uint8_t bits, bool binary)
{
	return binary ? bits : (bits >> 4) * 10u + (bits & 15);
}

// After 2105 the seconds do not fit into 32 bits.
uint32_t cmos_decode(const struct cmos_time *time)
{
	bool binary = time->status_b & STATUS_B_BINARY;
	bool hours24 = time->status_b & STATUS_B_24_HOURS;
	uint32_t second = field(time->second, binary), minute = field(time->minute, binary);
	uint32_t hour = field(hours24 ? time->hour : time->hour & ~HOUR_PM, binary);
	uint32_t day = field(time->day, binary), month = field(time->month, binary);
	uint32_t year = field(time->year, binary), century = field(time->century, binary);

	if (!hours24) // 12 a.m. is hour 0, 12 p.m. is hour 12
		hour = hour % 12 + (time->hour & HOUR_PM ? 12 : 0);
	year += 100 * (century >= 19 && century <= 21 ? century : 20);
	if (second > 59 || minute > 59 || hour > 23 || day < 1 || day > 31 || month < 1 ||
	    month > 12 || year < 1970 || year > 2105)
		return 0;
	return days_since_1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
}
