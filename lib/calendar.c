// Dates of the Gregorian calendar, in UTC.

#include <stdbool.h>
#include <time.h>

#define SECONDS_PER_DAY 86400

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int month, int year)
{
	static const unsigned char days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month] + (month == 1 && is_leap(year));
}

// Take seconds since the first of January 1970 (a Thursday) apart. Seconds before it are not known.
struct tm *gmtime_r(const time_t *restrict seconds, struct tm *restrict result)
{
	int days = *seconds / SECONDS_PER_DAY, rest = *seconds % SECONDS_PER_DAY;
	int year = 1970, month = 0;

	*result = (struct tm){ .tm_hour = rest / 3600,
		               .tm_min = rest / 60 % 60,
		               .tm_sec = rest % 60,
		               .tm_wday = (days + 4) % 7 };
	for (; days >= 365 + is_leap(year); year++)
		days -= 365 + is_leap(year);
	result->tm_yday = days;
	for (; days >= days_in_month(month, year); month++)
		days -= days_in_month(month, year);
	result->tm_year = year - 1900;
	result->tm_mon = month;
	result->tm_mday = days + 1;
	return result;
}
