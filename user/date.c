// date: the time of day, UTC.

#include <stdio.h>
#include <time.h>

int main(void)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	printf("%s %04d-%02d-%02d %02d:%02d:%02d UTC\n", days[tm.tm_wday], tm.tm_year + 1900,
	       tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return 0;
}
