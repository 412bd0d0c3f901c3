// test_timer.c: timers and the clock.
#include "thread/test/thread_test_util.h"

#include "cpu/x86.h"
#include "dev/cmos.h"
#include "thread/tick.h"

// A timer that records its letter and the time when it fires.
struct mark {
	struct timer timer;
	struct test_log *log;
	char letter;
	uint64_t fired; // 0: it has not fired
	struct mark *cancels;
	unsigned int again; // how often it arms itself again
};

static void fire(struct timer *timer)
{
	struct mark *mark = container_of(timer, struct mark, timer);

	mark->fired = clock_ns();
	test_log_add(mark->log, mark->letter);
	if (mark->cancels)
		timer_cancel(&mark->cancels->timer);
	if (mark->again) {
		mark->again--;
		timer_arm(timer, mark->fired);
	}
}

static void mark_init(struct mark *mark, struct test_log *log, char letter)
{
	*mark = (struct mark){ .log = log, .letter = letter };
	timer_init(&mark->timer, fire);
}

KTEST(timer_fires_in_the_order_of_deadlines)
{
	static const uint64_t after_us[] = { 300, 100, 500, 200, 400, 200 };
	struct mark marks[ARRAY_SIZE(after_us)] = { 0 };
	struct test_log log = { 0 };
	uint64_t now = clock_ns();

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		mark_init(&marks[i], &log, (char)('a' + i));
		timer_arm(&marks[i].timer, now + after_us[i] * 1000);
		EXPECT(!marks[i].fired); // only an interrupt fires timers
	}
	EXPECT(timer_any_armed());
	test_sleep(2 * NS_PER_MS);
	EXPECT_TEXT(log.text, "bdfaec"); // d before f: equal deadlines in the order of arming
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		EXPECT(marks[i].fired >= now + after_us[i] * 1000);
}

KTEST(timer_of_the_past_fires_soon)
{
	struct test_log log = { 0 };
	struct mark mark;

	mark_init(&mark, &log, 'a');
	timer_arm(&mark.timer, 0);
	test_sleep(NS_PER_MS);
	EXPECT_TEXT(log.text, "a");
}

KTEST(timer_cancel_keeps_it_from_firing)
{
	struct test_log log = { 0 };
	struct mark mark[3];
	uint64_t now;

	for (int i = 0; i < 3; i++)
		mark_init(&mark[i], &log, (char)('a' + i));
	timer_cancel(&mark[0].timer); // never armed
	now = clock_ns();
	for (int i = 0; i < 3; i++)
		timer_arm(&mark[i].timer, now + NS_PER_MS);
	timer_cancel(&mark[1].timer);
	timer_cancel(&mark[1].timer);
	test_sleep(2 * NS_PER_MS);
	EXPECT_TEXT(log.text, "ac");
	timer_cancel(&mark[0].timer); // fired already
	timer_arm(&mark[1].timer, 0);
	test_sleep(NS_PER_MS);
	EXPECT_TEXT(log.text, "acb");
}

KTEST(timer_arm_moves_an_armed_timer)
{
	struct test_log log = { 0 };
	struct mark a, b;
	uint64_t now = clock_ns();

	mark_init(&a, &log, 'a');
	mark_init(&b, &log, 'b');
	timer_arm(&a.timer, now + NS_PER_MS);
	timer_arm(&b.timer, now + 2 * NS_PER_MS);
	timer_arm(&a.timer, now + 3 * NS_PER_MS); // later
	test_sleep(4 * NS_PER_MS);
	EXPECT_TEXT(log.text, "ba");
	EXPECT(a.fired >= now + 3 * NS_PER_MS);
	now = clock_ns();
	timer_arm(&a.timer, now + NS_PER_SECOND);
	timer_arm(&b.timer, now + 2 * NS_PER_SECOND);
	timer_arm(&b.timer, now + NS_PER_MS); // earlier
	timer_arm(&a.timer, now + 2 * NS_PER_MS);
	test_sleep(3 * NS_PER_MS);
	EXPECT_TEXT(log.text, "baba");
}

KTEST(timer_may_arm_and_cancel_from_its_function)
{
	struct test_log log = { 0 };
	struct mark a, b;
	uint64_t now = clock_ns();

	mark_init(&a, &log, 'a');
	mark_init(&b, &log, 'b');
	a.cancels = &b;
	a.again = 3;
	timer_arm(&a.timer, now);
	timer_arm(&b.timer, now + 1);
	test_sleep(2 * NS_PER_MS);
	EXPECT_TEXT(log.text, "aaaa");
}

// The deadline is further away than channel 0 can count in one shot.
KTEST(timer_of_a_distant_deadline)
{
	struct test_log log = { 0 };
	struct mark mark;
	uint64_t now = clock_ns();

	mark_init(&mark, &log, 'a');
	timer_arm(&mark.timer, now + 70 * NS_PER_MS);
	test_sleep(20 * NS_PER_MS);
	EXPECT(!mark.fired);
	test_sleep(52 * NS_PER_MS);
	EXPECT(mark.fired >= now + 70 * NS_PER_MS);
}

KTEST(clock_never_goes_back)
{
	uint64_t before = clock_ns(), start = before, now;

	for (int i = 0; i < 2000; i++) {
		now = clock_ns();
		if (now < before)
			ktest_fail(__FILE__, __LINE__, "%llu after %llu", now, before);
		before = now;
	}
	EXPECT(before > start);
}

// Two independent counters run at constant rates. The host may stop the machine between two
// readings, so one good try out of several is enough.
KTEST(clock_agrees_with_the_time_stamp_counter)
{
	bool good = false;

	for (int tries = 0; tries < 10 && !good; tries++) {
		uint64_t tsc[3], ns[3], first, second;

		for (int i = 0; i < 3; i++) {
			tsc[i] = rdtsc();
			ns[i] = clock_ns();
			test_sleep(3 * NS_PER_MS);
		}
		first = (tsc[1] - tsc[0]) * 1000 / (ns[1] - ns[0]);
		second = (tsc[2] - tsc[1]) * 1000 / (ns[2] - ns[1]);
		good = first < second + second / 10 && second < first + first / 10;
	}
	EXPECT(good);
}

KTEST(clock_realtime_agrees_with_the_date)
{
	uint32_t date = cmos_seconds(), clock = (uint32_t)(clock_realtime_ns() / NS_PER_SECOND);

	EXPECT(date > 946684800); // 2000-01-01
	EXPECT(clock <= date + 1);
	EXPECT(clock + 60 >= date); // it stands still while tests run for long without a pause
}

KTEST(clock_counts_on_while_everybody_sleeps)
{
	uint64_t before = clock_ns(), slept;

	test_sleep(5 * NS_PER_MS);
	slept = clock_ns() - before;
	EXPECT(slept >= 5 * NS_PER_MS);
	EXPECT(slept < 2 * NS_PER_SECOND);
}
