// test_nmi.c: which interrupts of the watchdog count, and time measured without a lock.
#include "thread/test/thread_test_util.h"

#include "cpu/watchdog.h"
#include "cpu/x86.h"
#include "thread/nmi.h"
#include "thread/timer.h"

KTEST(nmi_of_a_person_always_counts)
{
	EXPECT(!nmi_is_hosts_fault(0, 0, true));
	EXPECT(!nmi_is_hosts_fault(100 * NS_PER_SECOND, 0, true));
	EXPECT(!nmi_is_hosts_fault(NS_PER_SECOND, 4, true));
	EXPECT(!nmi_is_hosts_fault(NS_PER_SECOND, 4, false));
}

KTEST(nmi_of_the_watchdog_counts_unless_the_host_paused)
{
	EXPECT(!nmi_is_hosts_fault(4 * NS_PER_SECOND, 4, false));
	EXPECT(nmi_is_hosts_fault(4 * NS_PER_SECOND, 4, true));
	EXPECT(nmi_is_hosts_fault(60 * NS_PER_SECOND, 4, false));
	EXPECT(nmi_is_hosts_fault(4 * NS_PER_SECOND - NS_PER_MS, 4, true));
}

KTEST(clock_since_agrees_with_the_clock)
{
	uint64_t tsc = rdtsc(), start = clock_ns(), since;

	while (clock_ns() - start < 5 * NS_PER_MS)
		;
	since = clock_since(tsc);
	EXPECT(since == 0 || since >= 4 * NS_PER_MS); // 0: too few timer interrupts so far
	EXPECT(since < NS_PER_SECOND);
}

KTEST(watchdog_runs_only_between_start_and_stop)
{
	unsigned int before = watchdog_seconds();

	watchdog_start(30);
	EXPECT_EQ(watchdog_seconds(), 30);
	EXPECT(rdtsc() - watchdog_restarted_at() < 1ull << 40);
	watchdog_stop();
	EXPECT_EQ(watchdog_seconds(), 0);
	watchdog_resume();
	EXPECT_EQ(watchdog_seconds(), 30);
	EXPECT_PANIC(watchdog_start(3));
	EXPECT_PANIC(watchdog_start(0));
	EXPECT_PANIC(watchdog_start(32));
	watchdog_start(before ? before : 2);
	if (!before)
		watchdog_stop();
}
