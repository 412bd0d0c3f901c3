// posix_timer_expire.c: what happens when a timer of a process expires. A timer owns the description of
// its signal, so an expiration needs no memory. While the signal is pending the timer rests: expirations
// are counted when the signal is taken, so a short interval cannot keep the machine busy.
#include "proc/posix_timer_internal.h"
#include "proc/process.h"
#include "proc/thread_group.h"
#include "thread/mutex.h"
#include "thread/yield.h"
#include <abi/time.h>

#define SHORTEST_NS 50000         // the machine is not interrupted more often by one timer
#define TICK_COST_MAX 200000u     // instructions, roughly, for the timers that one tick fires
#define PASS_COST 5u              // to pass one in a search,
#define EXPIRE_COST 300u          // to fire one,
#define THREAD_COST 8u            // and to look for a thread that takes its signal
#define OVERRUN_MAX 0x7fffffffull // the greatest number that timer_getoverrun returns

uint64_t posix_timer_time(const struct posix_timer *timer)
{
	uint64_t now = 0;

	assert_spin_held(&process_lock);
	if (posix_timer_by_cpu(timer))
		(void)cpu_clock_read_locked(timer->clock, &now);
	else
		now = timer->clock == CLOCK_REALTIME ? clock_realtime_ns() : clock_ns();
	return now;
}

void posix_timer_arm(struct posix_timer *timer, uint64_t soonest)
{
	uint64_t at, now, offset;

	assert_spin_held(&process_lock);
	if (posix_timer_by_cpu(timer) || !timer->deadline || timer->event.silent)
		return;
	now = clock_ns();
	offset = timer->clock == CLOCK_REALTIME ? clock_realtime_ns() - now : 0;
	at = timer->deadline > offset ? timer->deadline - offset : 0;
	timer_arm(&timer->timer, MAX(at, now + soonest));
}

// Move the deadline, which has passed, beyond `now`. Returns how many expirations that are. Caller:
// holds process_lock.
static uint64_t forward(struct posix_timer *timer, uint64_t now)
{
	uint64_t times = 1;

	assert_spin_held(&process_lock);
	if (!timer->interval) {
		timer->deadline = 0;
		return times;
	}
	if (now > timer->deadline) // the clock of a thread that has ended is 0
		times += (now - timer->deadline) / timer->interval;
	timer->deadline += times * timer->interval;
	return times;
}

// Send the signal of the timer. Returns false if it is ignored, or if its thread has ended. Caller:
// holds process_lock.
static bool send(struct posix_timer *timer)
{
	const struct posix_timer_event *event = &timer->event;
	struct signal_info info = {
		.code = SI_TIMER,
		.pid = timer->id,
		.value = event->value_is_id ? (uintptr_t)timer->id : event->value,
		.timer = timer->serial,
	};
	struct thread *thread = event->tid ? thread_find(event->tid) : NULL;

	assert_spin_held(&process_lock);
	if (event->tid && (!thread || thread->process != timer->process))
		return false;
	return signal_send_reserved(timer->process, thread, event->signo, &info, timer->pending);
}

// The timer's clock has reached the deadline. A timer with an interval whose signal is ignored rests, as if
// the signal were pending, until it is not ignored any more. So it is on Linux since 6.13. Caller: holds
// process_lock.
static void expire(struct posix_timer *timer, uint64_t now)
{
	assert_spin_held(&process_lock);
	timer->waiting = send(timer) || timer->interval;
	if (!timer->waiting)
		(void)forward(timer, now);
}

void posix_timer_fire(struct timer *armed)
{
	struct posix_timer *timer = container_of(armed, struct posix_timer, timer);
	uint64_t now;

	spin_lock(&process_lock);
	now = posix_timer_time(timer);
	if (timer->deadline && !timer->waiting) {
		if (now >= timer->deadline)
			expire(timer, now);
		else
			posix_timer_arm(timer, 0);
	}
	spin_unlock(&process_lock);
}

// The clocks of other threads stand still.
void posix_timers_tick(struct process *process)
{
	struct posix_timers *timers = process->posix_timers;
	struct thread *thread = thread_current();
	struct cpu_time all, own, time;
	struct posix_timer *timer, *after;
	struct usage usage;
	uint32_t cost = 0;
	uint64_t now;

	assert_spin_held(&process_lock);
	if (likely(!timers || !timers->on_cpu))
		return;
	usage_of_process(process, &usage);
	all = cputime_report(&usage.cpu, &process->reported);
	usage_of_thread(thread, &usage);
	own = cputime_report(&usage.cpu, &thread->reported);
	list_for_each_safe(timer, after, &timers->list, link) {
		bool of_thread = timer->clock & CLOCK_ID_THREAD;

		if (!posix_timer_by_cpu(timer) || !timer->deadline || timer->waiting ||
		    timer->event.silent || (of_thread && CLOCK_ID_PID(timer->clock) != thread->tid))
			continue;
		time = of_thread ? own : all;
		now = time.user;
		if ((timer->clock & CLOCK_ID_KIND) != KIND_USER)
			now += time.system;
		if (now < timer->deadline)
			continue;
		expire(timer, now);
		list_remove(&timer->link);
		list_add_tail(&timers->list, &timer->link); // the next tick begins with others
		cost += EXPIRE_COST + THREAD_COST * process->thread_count;
		if (cost > TICK_COST_MAX)
			break;
	}
}

struct posix_timer *posix_timer_find(int id)
{
	struct posix_timers *timers = process_current()->posix_timers;
	struct posix_timer *timer, *found = NULL;
	uint32_t passed = 0;

	assert_spin_held(&process_lock);
	if (!timers)
		return NULL;
	list_for_each(timer, &timers->list, link) {
		if (timer->id == id) {
			found = timer;
			break;
		}
		passed++;
	}
	(void)yield_due(PASS_COST * passed);
	return found;
}

// The timer may have been deleted or set anew since the signal was taken: then it has another serial
// number, or does not wait.
void posix_timer_delivered(struct signal_info *info)
{
	struct posix_timer *timer;

	assert_no_lock();
	spin_lock(&process_lock);
	timer = posix_timer_find(info->pid);
	if (timer && timer->serial == info->timer && timer->waiting) {
		uint64_t times = forward(timer, posix_timer_time(timer));

		timer->waiting = false;
		timer->overrun = (uint32_t)MIN(times - 1, OVERRUN_MAX);
		info->uid = timer->overrun;
		posix_timer_arm(timer, SHORTEST_NS);
	}
	spin_unlock(&process_lock);
}

// Returns true if the timer waits for a signal that is not pending: it was ignored. Caller: holds
// process_lock.
static bool rests(const struct posix_timer *timer)
{
	struct signal_state *signals = &timer->process->signals;
	bool queued;

	assert_spin_held(&process_lock);
	spin_lock(&signals->lock);
	queued = sigqueue_is_queued(timer->pending);
	spin_unlock(&signals->lock);
	return timer->waiting && timer->interval && !queued;
}

// The timers that have been looked at go to the end of the list, so that each has its turn although
// others run in between.
void posix_timers_unignore(int signo)
{
	struct posix_timers *timers = process_current()->posix_timers;
	struct posix_timer *timer;
	size_t left = 0;

	assert_no_lock();
	if (likely(!timers))
		return;
	spin_lock(&process_lock);
	list_for_each(timer, &timers->list, link)
		left++;
	while (left-- && !list_empty(&timers->list)) {
		uint32_t cost = EXPIRE_COST;

		timer = list_first(&timers->list, struct posix_timer, link);
		list_remove(&timer->link);
		list_add_tail(&timers->list, &timer->link);
		if (timer->event.signo == signo && rests(timer)) {
			(void)send(timer);
			cost += THREAD_COST * process_current()->thread_count;
		}
		if (yield_due(cost)) {
			spin_unlock(&process_lock);
			(void)thread_yield_point_killable();
			spin_lock(&process_lock);
		}
	}
	spin_unlock(&process_lock);
}
