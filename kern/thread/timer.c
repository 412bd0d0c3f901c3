// timer.c: the time, and what is to be done when it comes.
//
// Two channels of the PIT. Channel 2 counts down for ever; the clock is what it has counted, so it
// needs no calibration and never drifts, but must be read before it has gone round once (54.9 ms).
// When it was not, because the host stopped the machine or the kernel was busy, the next timer
// interrupt adds the rounds that were missed (thread/lost_time.c).
// Channel 0 interrupts once at a chosen time, at most 50 ms ahead: at the end of the time slice or
// at the first timer's deadline, if that comes earlier. An interrupt that waits for the kernel's work
// to end does not move the next slice. Otherwise a program that calls the kernel again and again could
// fall into step with the ticks: all of them would come at the end of a call, and cputime_tick would
// take all of the program's time for the kernel's.
#include "thread/timer.h"

#include "cpu/irq.h"
#include "cpu/spinlock.h"
#include "cpu/x86.h"
#include "dev/cmos.h"
#include "dev/pit.h"
#include "thread/cputime.h"
#include "thread/lost_time.h"
#include "thread/sched.h"
#include "thread/tick.h"

#define SLICE_NS (10 * NS_PER_MS)
#define LONGEST_SHOT_NS (50 * NS_PER_MS)

// One PIT tick is 10^9 / 1,193,182 ns = NS_SCALED / 2^22.
#define NS_SCALED 3515225674u
#define TICKS_SCALED 5124678u // ticks in a ns, times 2^32

static struct spinlock timer_lock = SPINLOCK_INIT("timer", RANK_TIMER);

// All guarded by timer_lock.
static uint64_t clock_ticks;             // PIT ticks since boot, at the last reading
static uint16_t clock_last;              // what channel 2 showed then
static uint64_t shot_deadline;           // when channel 0 will interrupt
static uint64_t slice_end;               // of the time slice, when programs run
static struct avl_tree timers;           // armed, by deadline
static struct lost_time clock_reference; // the time-stamp counter beside clock_ticks
static bool idle;

static uint64_t realtime_at_boot;

// Caller: holds timer_lock.
static uint64_t clock_read(void)
{
	uint16_t now = pit_read_clock();
	uint64_t high, low;

	clock_ticks += (uint16_t)(clock_last - now);
	clock_last = now;
	high = clock_ticks >> 32;
	low = clock_ticks & 0xFFFFFFFF;
	return ((high * NS_SCALED) << 10) + ((low * NS_SCALED) >> 22);
}

// Add to the clock what it missed. Readings in between would not know, and cost what they cost: only
// the timer's interrupt, which is pending after any such pause, looks. Caller: holds timer_lock.
static void clock_catch_up(void)
{
	uint64_t before = rdtsc(), after;

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

uint64_t clock_realtime_ns(void)
{
	return realtime_at_boot + clock_ns();
}

static struct timer *timer_of(const struct avl_node *node)
{
	return container_of(node, struct timer, node);
}

static bool is_earlier(const struct avl_node *a, const struct avl_node *b)
{
	return timer_of(a)->deadline < timer_of(b)->deadline;
}

// Take a timer out of the tree, if it is armed. Caller: holds timer_lock.
static void disarm(struct timer *timer)
{
	if (avl_is_linked(&timer->node))
		avl_remove(&timers, &timer->node);
}

// Set channel 0 to interrupt when the next thing is due. Caller: holds timer_lock.
static void shot_arm(uint64_t now)
{
	uint64_t deadline;
	uint32_t ticks;

	if (slice_end <= now)
		slice_end += SLICE_NS;
	if (slice_end <= now)
		slice_end = now + SLICE_NS; // nothing ran for a while
	deadline = idle ? now + LONGEST_SHOT_NS : slice_end;
	if (!avl_empty(&timers))
		deadline = MIN(deadline, timer_of(avl_first(&timers))->deadline);
	shot_deadline = deadline;
	ticks = deadline > now ? (uint32_t)(((deadline - now) * TICKS_SCALED) >> 32) + 1 : 1;
	pit_arm(ticks);
}

// Call what is due, in the order of deadlines.
static void timers_fire(void)
{
	spin_lock(&timer_lock);
	clock_catch_up();
	while (!avl_empty(&timers)) {
		struct timer *timer = timer_of(avl_first(&timers));

		if (timer->deadline > clock_read())
			break;
		avl_remove(&timers, &timer->node);
		spin_unlock(&timer_lock);
		timer->fire(timer);
		spin_lock(&timer_lock);
	}
	shot_arm(clock_read());
	spin_unlock(&timer_lock);
}

static void tick(int irq)
{
	(void)irq;
	cputime_tick();
	timers_fire();
	if (schedule_waiting())
		__atomic_or_fetch(&thread_current()->work, WORK_RESCHED, __ATOMIC_RELAXED);
}

void tick_init(void)
{
	pit_init();
	clock_last = pit_read_clock();
	realtime_at_boot = cmos_seconds() * NS_PER_SECOND;
	cputime_init();
	irq_register(IRQ_PIT, tick);
	shot_arm(0);
	irq_unmask(IRQ_PIT);
}

void tick_idle(void)
{
	idle = true;
}

void tick_busy(void)
{
	spin_lock(&timer_lock);
	idle = false;
	if (shot_deadline > clock_read() + SLICE_NS)
		shot_arm(clock_read());
	spin_unlock(&timer_lock);
}

bool timer_any_armed(void)
{
	return !avl_empty(&timers);
}

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
