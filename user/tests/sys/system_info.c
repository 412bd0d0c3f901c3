// What the system says of itself: only that the answers make sense.

#include "test.h"
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/utsname.h>

int main(void)
{
	unsigned char one[32] = { 0 }, two[32] = { 0 };
	struct utsname name;
	struct sysinfo info;
	struct timeval now;
	struct rlimit limit;

	show("uname", uname(&name));
	check("has a name", name.sysname[0] && name.release[0] && name.machine[0]);
	show("sysinfo", sysinfo(&info));
	check("free memory is part of it", info.freeram > 0 && info.freeram < info.totalram);
	check("at least this process runs", info.procs >= 1);
	show("getrandom", getrandom(one, sizeof(one), 0));
	getrandom(two, sizeof(two), GRND_NONBLOCK);
	check("twice is not the same", memcmp(one, two, sizeof(one)) != 0);
	show("with wrong flags", getrandom(one, sizeof(one), 0x1000));
	show("gettimeofday", gettimeofday(&now, NULL));
	check("agrees with time", time(NULL) - now.tv_sec <= 1);
	show("getrlimit", getrlimit(RLIMIT_STACK, &limit));
	check("the stack has a megabyte", limit.rlim_cur >= 1024 * 1024);
	show("a limit that is none", getrlimit(99, &limit));
	show("the user", getuid());
	show("the group", getegid());
	check("one thread has the process's id", gettid() == getpid());
	return 0;
}
