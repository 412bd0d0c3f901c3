// futex_waitv: waiting for the first of several words.

#include "../thread.h"

struct word {
	uint64_t value, address;
	uint32_t flags, reserved;
};

#define SIZE32 2
#define PRIVATE 128

static volatile int words[4];
static struct test_thread one;

static long waitv(const struct word *list, unsigned int count, unsigned int flags,
                  const void *timeout, int clock)
{
	return raw(SYS_futex_waitv, (long)list, (long)count, (long)flags, (long)timeout, clock);
}

static void wake_third(void *arg)
{
	(void)arg;
	while (raw(SYS_futex, (long)&words[2], FUTEX_WAKE_OP | PRIVATE, 1, 0, 0) == 0)
		sleep_ms(1);
}

static void fill(struct word *list)
{
	for (int i = 0; i < 4; i++)
		list[i] = (struct word){ 0, (uintptr_t)&words[i], SIZE32 | PRIVATE, 0 };
}

int main(void)
{
	struct word list[4];
	struct {
		int64_t seconds, ns;
	} at = { 0, 0 }, bad = { 0, -1 };
	static struct word many[129];

	fill(list);
	start_thread(&one, 0, wake_third, NULL);
	print("woken at", waitv(list, 4, 0, NULL, 0));
	join_thread(&one);
	print("a time-out", waitv(list, 4, 0, &at, CLOCK_MONOTONIC));
	print("by the real clock", waitv(list, 4, 0, &at, CLOCK_REALTIME));
	print("by another clock", waitv(list, 4, 0, &at, CLOCK_BOOTTIME));
	print("a bad time", waitv(list, 4, 0, &bad, CLOCK_MONOTONIC));
	print("a bad address of a time", waitv(list, 4, 0, (void *)8, CLOCK_MONOTONIC));
	words[3] = 1;
	print("another value", waitv(list, 4, 0, NULL, 0));
	words[3] = 0;
	print("no words", waitv(list, 0, 0, NULL, 0));
	print("no list", waitv(NULL, 1, 0, NULL, 0));
	print("a bad list", waitv((void *)16, 1, 0, NULL, 0));
	print("too many", waitv(many, 129, 0, NULL, 0));
	print("flags", waitv(list, 4, 1, NULL, 0));
	list[1].reserved = 1;
	print("reserved", waitv(list, 4, 0, NULL, 0));
	fill(list);
	list[2].flags = PRIVATE;
	print("a word of 8 bits", waitv(list, 4, 0, NULL, 0));
	fill(list);
	list[2].address++;
	print("unaligned", waitv(list, 4, 0, NULL, 0));
	fill(list);
	list[2].address = 16;
	print("not mapped", waitv(list, 4, 0, NULL, 0));
	fill(list);
	list[0].value = 1ull << 32;
	print("a large value", waitv(list, 4, 0, NULL, 0));
	return 0;
}
