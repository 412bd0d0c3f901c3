// test_cmos.c: the arithmetic of the clock's date.
#include "debug/ktest.h"
#include "dev/cmos.h"

#define HOURS_24 0x02
#define BINARY 0x04

KTEST(cmos_reads_decimal_digits)
{
	// 2001-09-09 01:46:40 is a thousand million seconds.
	struct cmos_time time = { 0x40, 0x46, 0x01, 0x09, 0x09, 0x01, 0x20, HOURS_24 };

	EXPECT_EQ(cmos_decode(&time), 1000000000);
}

KTEST(cmos_reads_binary_numbers)
{
	struct cmos_time time = { 40, 46, 1, 9, 9, 1, 20, HOURS_24 | BINARY };

	EXPECT_EQ(cmos_decode(&time), 1000000000);
}

KTEST(cmos_reads_twelve_hours)
{
	static const struct {
		uint8_t shown;
		uint32_t hour;
	} hours[] = {
		{ 0x12, 0 }, { 0x01, 1 }, { 0x11, 11 }, { 0x92, 12 }, { 0x81, 13 }, { 0x91, 23 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(hours); i++) {
		struct cmos_time time = { 0, 0, hours[i].shown, 0x01, 0x01, 0x70, 0x19, 0 };

		EXPECT_EQ(cmos_decode(&time), hours[i].hour * 3600);
	}
}

KTEST(cmos_knows_leap_years)
{
	static const struct {
		uint32_t days;
		uint8_t century, year, month, day;
	} dates[] = {
		{ 0, 0x19, 0x70, 0x01, 0x01 },     { 58, 0x19, 0x70, 0x02, 0x28 },
		{ 59, 0x19, 0x70, 0x03, 0x01 },    { 789, 0x19, 0x72, 0x02, 0x29 },
		{ 790, 0x19, 0x72, 0x03, 0x01 },   { 11016, 0x20, 0x00, 0x02, 0x29 },
		{ 11017, 0x20, 0x00, 0x03, 0x01 }, { 11322, 0x20, 0x00, 0x12, 0x31 },
		{ 47540, 0x21, 0x00, 0x02, 0x28 }, { 47541, 0x21, 0x00, 0x03, 0x01 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(dates); i++) {
		struct cmos_time time = { 0,
			                  0,
			                  0,
			                  dates[i].day,
			                  dates[i].month,
			                  dates[i].year,
			                  dates[i].century,
			                  HOURS_24 };

		EXPECT_EQ(cmos_decode(&time), dates[i].days * 86400);
	}
}

KTEST(cmos_takes_a_missing_century_for_this_one)
{
	struct cmos_time time = { 0x40, 0x46, 0x01, 0x09, 0x09, 0x01, 0xFF, HOURS_24 };

	EXPECT_EQ(cmos_decode(&time), 1000000000);
}

KTEST(cmos_refuses_what_is_no_time)
{
	struct cmos_time absent;

	memset(&absent, 0xFF, sizeof(absent)); // what the bus returns without a clock
	EXPECT_EQ(cmos_decode(&absent), 0);
}
