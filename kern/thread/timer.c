// timer.c: the clock and the timers, from two channels of the PIT.
//
// Channel 2 counts down for ever, and the clock is the sum of its counts. So the clock needs no
// calibration and does not drift. But the counter must be read before it has gone round once, in
// 54.9 ms. If that was missed, because the host had stopped the machine or the kernel was busy,
// the next timer interrupt adds the missed rounds (thread/lost_time.c).
//
// Channel 0 interrupts once at a chosen time, at most 50 ms ahead: at the end of the time slice
// (thread/time_slice.c), or at the first timer's deadline if that comes earlier.
#include "thread/timer.h"

#include "cpu/irq.h"
#include "cpu/spinlock.h"
#include "cpu/watchdog.h"
#include "cpu/x86.h"
#include "dev/cmos.h"
#include "dev/pit.h"
#include "thread/cputime.h"
#include "thread/lost_time.h"
#include "thread/machine_load.h"
#include "thread/tick.h"
#include "thread/time_slice.h"

#define FIRE_NS 200000 // timers are fired no longer than this in one interrupt
#define LONGEST_SHOT_NS (50 * NS_PER_MS)

// One PIT tick is 10^9 / PIT_HZ ns = NS_SCALED / 2^22; one ns is TICKS_SCALED / 2^32 ticks. Both
// are rounded to the nearest number.
#define NS_SCALED ((uint32_t)(((1000000000ull << 22) + PIT_HZ / 2) / PIT_HZ))
#define TICKS_SCALED ((uint32_t)((((uint64_t)PIT_HZ << 32) + 500000000) / 1000000000))

struct spinlock timer_lock = SPINLOCK_INIT("timer", RANK_TIMER);

// All guarded by timer_lock.
static uint64_t clock_ticks;             // PIT ticks from boot to the last reading
static uint16_t clock_last;              // the count of channel 2 at that reading
static uint64_t shot_deadline;           // when channel 0 will interrupt
static struct avl_tree timers;           // armed, by deadline
static struct lost_time clock_reference; // compares clock_ticks with the time-stamp counter
static bool idle;                        // the idle thread halts

static uint64_t realtime_at_boot; // constant after tick_init

// Returns the nanoseconds of `ticks` PIT ticks. The product is formed in two halves, since 64 bits
// do not hold it.
static inline uint64_t ticks_to_ns(uint64_t ticks)
{
	uint64_t high = ticks >> 32, low = ticks & 0xFFFFFFFF;

	return ((high * NS_SCALED) << 10) + ((low * NS_SCALED) >> 22);
}

// Returns the time in nanoseconds. The difference of two 16-bit counts is also right if the
// counter has wrapped between them, as long as less than a whole round has passed. Caller: holds
// timer_lock.
static uint64_t clock_read(void)
{
	uint16_t now = pit_read_clock();

	assert_spin_held(&timer_lock);
	clock_ticks += (uint16_t)(clock_last - now);
	clock_last = now;
	return ticks_to_ns(clock_ticks);
}

// Add to the clock the rounds that it has missed. Only the timer interrupt, which is pending after
// any long pause, does this; doing it on each reading would make the time expensive. Caller: holds
// timer_lock.
static void clock_catch_up(void)
{
	uint64_t before = rdtsc(), after;

	assert_spin_held(&timer_lock);
	clock_read();
	after = rdtsc();
	clock_ticks += lost_ticks(&clock_reference, clock_ticks, before, after);
}

uint64_t clock_ns(void)
{
	uint64_t now;

	spin_lock(&timer_lock);
	now = clock_read();
	spin_unlock(&timer_lock);
	return now;
}

uint64_t clock_since(uint64_t tsc)
{
	return ticks_to_ns(lost_time_ticks(&clock_reference, rdtsc() - tsc));
}

uint64_t clock_realtime_ns(void)
{
	return realtime_at_boot + clock_ns();
}

// Returns the timer that a node of the tree belongs to.
static struct timer *timer_of(const struct avl_node *node)
{
	return container_of(node, struct timer, node);
}

// The order of the tree: the first node is the timer that is due next.
static bool is_earlier(const struct avl_node *a, const struct avl_node *b)
{
	return timer_of(a)->deadline < timer_of(b)->deadline;
}

// Remove a timer from the tree if it is armed. Caller: holds timer_lock.
static void disarm(struct timer *timer)
{
	assert_spin_held(&timer_lock);
	if (avl_is_linked(&timer->node))
		avl_remove(&timers, &timer->node);
}

// Let channel 0 interrupt when the next slice ends or the next timer is due, whichever comes
// first. Rounds up, so that the timer is due when the interrupt comes. Caller: holds timer_lock.
static void shot_arm(uint64_t now)
{
	uint64_t slice_end = time_slice_end(now), deadline;
	uint32_t ticks;

	assert_spin_held(&timer_lock);
	deadline = idle ? now + LONGEST_SHOT_NS : slice_end;
	if (!avl_empty(&timers))
		deadline = MIN(deadline, timer_of(avl_first(&timers))->deadline);
	shot_deadline = deadline;
	ticks = deadline > now ? (uint32_t)(((deadline - now) * TICKS_SCALED) >> 32) + 1 : 1;
	pit_arm(ticks);
}

// Call the functions of the timers that are due, in the order of their deadlines. Each is called
// without the lock, so it may arm timers, wake threads, and free its own timer. If too many are due
// at once, the rest follows in another interrupt, at once.
static void timers_fire(void)
{
	uint64_t now, begun;

	spin_lock(&timer_lock);
	clock_catch_up();
	begun = clock_read();
	while (!avl_empty(&timers)) {
		struct timer *timer = timer_of(avl_first(&timers));

		now = clock_read();
		if (timer->deadline > now || now - begun > FIRE_NS)
			break;
		avl_remove(&timers, &timer->node);
		spin_unlock(&timer_lock);
		timer->fire(timer);
		spin_lock(&timer_lock);
	}
	shot_arm(clock_read());
	spin_unlock(&timer_lock);
	load_tick(begun);
}

// Handle the timer's interrupt. At the end of a time slice the current thread is only marked: it
// switches on its way back to user mode.
static void tick(int irq)
{
	bool keeps = time_slice_just_switched();

	(void)irq;
	watchdog_restart();
	cputime_tick();
	timers_fire();
	if (!keeps)
		time_slice_over();
}

void tick_init(void)
{
	pit_init();
	clock_last = pit_read_clock();
	realtime_at_boot = cmos_seconds() * NS_PER_SECOND;
	cputime_init();
	irq_register(IRQ_PIT, tick);
	spin_lock(&timer_lock);
	shot_arm(0);
	spin_unlock(&timer_lock);
	irq_unmask(IRQ_PIT);
}

void tick_idle(void)
{
	idle = true;
}

// While the machine was idle, channel 0 may have been set up to 50 ms ahead: too late for the end
// of a time slice.
void tick_busy(void)
{
	spin_lock(&timer_lock);
	idle = false;
	time_slice_busy();
	if (shot_deadline > clock_read() + SLICE_NS)
		shot_arm(clock_read());
	spin_unlock(&timer_lock);
}

bool timer_any_armed(void)
{
	return !avl_empty(&timers);
}

// The hardware is set anew only if the timer is due before anything else.
void timer_arm(struct timer *timer, uint64_t deadline)
{
	spin_lock(&timer_lock);
	disarm(timer);
	timer->deadline = deadline;
	avl_insert(&timers, &timer->node, is_earlier);
	if (deadline < shot_deadline)
		shot_arm(clock_read());
	spin_unlock(&timer_lock);
}

void timer_cancel(struct timer *timer)
{
	spin_lock(&timer_lock);
	disarm(timer);
	spin_unlock(&timer_lock);
}
