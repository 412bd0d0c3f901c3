// futex: bit sets, moving waiters to another word, and FUTEX_WAKE_OP.

#include "../thread.h"

#define REQUEUE 3
#define CMP_REQUEUE 4
#define WAKE_OP 5
#define WAIT_BITSET 9
#define WAKE_BITSET 10
#define PRIVATE 128
#define REALTIME 256
#define WAITERS 4

static volatile int first, second, arrived, woken;
static struct test_thread threads[WAITERS];

static void waiter(void *arg)
{
	__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
	if (futex(&first, WAIT_BITSET | PRIVATE, 0, 0, NULL, (long)arg) == 0)
		__atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
}

// Start the waiters, each with a bit of its own, and let them come to sleep in this order.
static void start(void)
{
	arrived = woken = 0;
	for (long i = 0; i < WAITERS; i++) {
		start_thread(&threads[i], 0, waiter, (void *)(1l << i));
		while (arrived <= i)
			sleep_ms(1);
		sleep_ms(2);
	}
}

static void finish(void)
{
	for (int i = 0; i < WAITERS; i++) {
		while (threads[i].tid) {
			futex(&first, FUTEX_WAKE_OP | PRIVATE, INT_MAX, 0, NULL, 0);
			futex(&second, FUTEX_WAKE_OP | PRIVATE, INT_MAX, 0, NULL, 0);
			sleep_ms(1);
		}
	}
	say("woken: %d\n", woken);
}

static void bit_sets(void)
{
	start();
	print("wake nobody's bit", futex(&first, WAKE_BITSET | PRIVATE, 9, 0, NULL, 0x100));
	print("wake the third", futex(&first, WAKE_BITSET | PRIVATE, 9, 0, NULL, 4));
	join_thread(&threads[2]);
	print("wake one of two", futex(&first, WAKE_BITSET | PRIVATE, 1, 0, NULL, 3));
	join_thread(&threads[0]);
	print("without bits", futex(&first, WAKE_BITSET | PRIVATE, 1, 0, NULL, 0));
	print("wait without bits", futex(&first, WAIT_BITSET | PRIVATE, 0, 0, NULL, 0));
	print("wake the rest", futex(&first, FUTEX_WAKE_OP | PRIVATE, INT_MAX, 0, NULL, 0));
	finish();
}

static void requeue(void)
{
	start();
	print("move one", futex(&first, REQUEUE | PRIVATE, 0, 1, &second, 0));
	print("it is there", futex(&second, FUTEX_WAKE_OP | PRIVATE, 9, 0, NULL, 0));
	join_thread(&threads[0]);
	print("with another value", futex(&first, CMP_REQUEUE | PRIVATE, 1, 1, &second, 1));
	print("wake one, move one", futex(&first, CMP_REQUEUE | PRIVATE, 1, 1, &second, 0));
	join_thread(&threads[1]);
	print("one is left", futex(&first, FUTEX_WAKE_OP | PRIVATE, 9, 0, NULL, 0));
	print("one was moved", futex(&second, FUTEX_WAKE_OP | PRIVATE, 9, 0, NULL, 0));
	finish();
	start();
	print("to the same word", futex(&first, REQUEUE | PRIVATE, 1, 9, &first, 0));
	print("they are still there", futex(&first, FUTEX_WAKE_OP | PRIVATE, 9, 0, NULL, 0));
	finish();
	print("a negative number to wake", futex(&first, REQUEUE, -1, 1, &second, 0));
	print("a negative number to move", futex(&first, REQUEUE, 1, -1, &second, 0));
	print("an unaligned word", futex(&first, REQUEUE, 1, 1, (int *)((char *)&second + 1), 0));
	print("no second word", futex(&first, REQUEUE, 1, 1, NULL, 0));
	print("no first word", futex(NULL, CMP_REQUEUE, 1, 1, &second, 0));
}

static void operation(const char *what, unsigned int op, unsigned int cmp, unsigned int operand,
                      unsigned int compared, int old)
{
	char line[80];

	second = old;
	snprintf(line, sizeof(line), "%s of %d", what, old);
	print(line, futex(&first, WAKE_OP | PRIVATE, 1, 1, &second,
	                  (long)(op << 28 | cmp << 24 | operand << 12 | compared)));
	say("now %d\n", second);
}

static void operations(void)
{
	static const char *const comparisons[] = { "eq", "ne", "lt", "le", "gt", "ge", "none" };

	operation("set", 0, 0, 5, 0, 1);
	operation("add", 1, 0, 0xfff, 0, 7);
	operation("or", 2, 0, 6, 0, 1);
	operation("and not", 3, 0, 6, 0, 7);
	operation("xor", 4, 0, 6, 0, 3);
	operation("or a bit", 10, 0, 31, 0, 0);
	operation("nothing", 5, 0, 6, 0, 3);
	operation("no comparison", 0, 9, 6, 0, 3);
	start();
	operation("wake one, and nobody", 0, 0, 1, 9, 0);
	for (unsigned int i = 0; i < COUNT(comparisons); i++) {
		for (int old = 4; old <= 6; old++) {
			char what[40];
			long result;

			second = old;
			result = futex(&arrived, WAKE_OP | PRIVATE, 1, 1, &second,
			               (long)(i << 24 | 5));
			snprintf(what, sizeof(what), "%s 5, old %d", comparisons[i], old);
			print(what, result);
		}
	}
	print("wakes at both", futex(&second, WAKE_OP | PRIVATE, 1, 1, &first, 1 << 24 | 7));
	finish();
	print("no second word", futex(&first, WAKE_OP, 1, 1, NULL, 0));
	print("read-only second word", futex(&first, WAKE_OP, 1, 1, (int *)0x08048000, 0));
}

static void time_outs(void)
{
	struct timespec at, bad = { 0, -1 };

	clock_gettime(CLOCK_MONOTONIC, &at);
	print("a time-out that is over", futex(&first, WAIT_BITSET, 0, (long)&at, NULL, -1));
	at.tv_nsec += 10000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	print("10 ms", futex(&first, WAIT_BITSET, 0, (long)&at, NULL, -1));
	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec++;
	print("another value", futex(&first, WAIT_BITSET | REALTIME, 1, (long)&at, NULL, -1));
	at.tv_sec -= 2;
	print("by the real clock", futex(&first, WAIT_BITSET | REALTIME, 0, (long)&at, NULL, -1));
	print("a bad time", futex(&first, WAIT_BITSET, 0, (long)&bad, NULL, -1));
	print("no address of a time", futex(&first, WAIT_BITSET, 0, 1, NULL, -1));
	print("requeue by the real clock", futex(&first, REQUEUE | REALTIME, 1, 1, &second, 0));
}

int main(void)
{
	bit_sets();
	requeue();
	operations();
	time_outs();
	return 0;
}
