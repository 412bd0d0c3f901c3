// Times of files at the ends of what 64 bits can say.

#include "evil.h"

static void show_time(const char *what, int64_t seconds)
{
	int64_t times[4] = { seconds, 999999999, seconds, 0 };
	struct stat st;

	show(what, syscall(SYS_utimensat_time64, AT_FDCWD, "/tmp/far", times, 0));
	check("  the file can be asked for it", stat("/tmp/far", &st) == 0);
}

int main(void)
{
	evil_begin();
	make_file("/tmp/far", "");
	show_time("the last second", INT64_MAX);
	show_time("the first one", INT64_MIN);
	show_time("2^33", 1ll << 33);
	show_time("2^34", 1ll << 34);
	show_time("-2^34", -(1ll << 34));
	unlink("/tmp/far");
	return evil_end();
}
