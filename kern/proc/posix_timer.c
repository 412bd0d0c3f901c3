// posix_timer.c: making, setting and ending the timers of a process.
#include "proc/posix_timer_internal.h"

#include "mem/heap.h"
#include "proc/process.h"
#include "proc/thread_group.h"
#include "thread/mutex.h"
#include "thread/why.h"
#include "thread/yield.h"
#include <abi/time.h>

#define DELETE_COST 500 // instructions, roughly, to delete a timer

static uint32_t last_serial; // guarded by process_lock

// Returns the clock in the form that a timer keeps: a clock of processor time by its owner's number,
// and the clocks since boot as one; the machine never sleeps, so alarm clocks are like others. Stores 0 in *error; -EOPNOTSUPP for a clock that can only be read;
// -EINVAL for one that there is not, or that is another process's.
static int clock_to_keep(int clock, int *error)
{
	*error = 0;
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		return CLOCK_REALTIME;
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		return CLOCK_MONOTONIC;
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
		*error = -EOPNOTSUPP;
		return 0;
	default:
		*error = cpu_clock_of_current(&clock);
		return clock;
	}
}

// Add a timer to those of the current process. `timers`: memory for the first one. Returns its
// number. Caller: holds process_lock.
static int add(struct posix_timer *timer, struct posix_timers *timers)
{
	struct process *process = timer->process;

	assert_spin_held(&process_lock);
	if (!process->posix_timers) {
		list_init(&timers->list);
		timers->next_id = 0;
		timers->on_cpu = 0;
		process->posix_timers = timers;
	}
	timers = process->posix_timers;
	if (timers->next_id < 0)
		timers->next_id = 0;
	while (posix_timer_find(timers->next_id)) // only after 2^31 timers
		timers->next_id++;
	timer->id = timers->next_id++;
	last_serial += last_serial == UINT32_MAX ? 2 : 1;
	timer->serial = last_serial;
	timers->on_cpu += posix_timer_by_cpu(timer);
	list_add_tail(&timers->list, &timer->link);
	return timer->id;
}

// Take the timer out of its process's timers, with its signal. The caller frees it, without a lock.
// Caller: holds process_lock.
static void take_out(struct posix_timer *timer)
{
	assert_spin_held(&process_lock);
	timer_cancel(&timer->timer);
	signal_withdraw(timer->process, timer->pending);
	timer->process->posix_timers->on_cpu -= posix_timer_by_cpu(timer);
	list_remove(&timer->link);
}

// Free a timer that is not among its process's timers.
static void discard(struct posix_timer *timer)
{
	sigqueue_release(timer->pending);
	kfree(timer);
}

// Returns a timer for the current process, which nobody can find yet; NULL at the limit, or if there
// is no memory.
static struct posix_timer *prepare(int clock, const struct posix_timer_event *event)
{
	struct posix_timer *timer = kzalloc(sizeof(*timer));

	if (!timer)
		return NULL;
	timer->process = process_current();
	timer->clock = clock;
	timer->event = *event;
	timer_init(&timer->timer, posix_timer_fire);
	timer->pending = sigqueue_reserve(credentials_current()->account,
	                                  thread_limit(RLIMIT_SIGPENDING));
	if (timer->pending)
		return timer;
	kfree(timer);
	return NULL;
}

// Returns true if the event names no thread, or one of the current process. Caller: holds
// process_lock.
static bool thread_is_own(const struct posix_timer_event *event)
{
	struct thread *thread = event->tid ? thread_find(event->tid) : NULL;

	assert_spin_held(&process_lock);
	return !event->tid || (thread && thread->process == process_current());
}

int posix_timer_check_clock(int clock)
{
	int error;

	assert_only_spinlock(NULL);
	(void)clock_to_keep(clock, &error);
	return error;
}

int posix_timer_create(int clock, const struct posix_timer_event *event)
{
	struct process *process = process_current();
	struct posix_timers *timers = NULL;
	struct posix_timer *timer;
	int result, kept = clock_to_keep(clock, &result);

	assert_no_lock();
	if (result)
		return result;
	timer = prepare(kept, event);
	if (timer && !process->posix_timers)
		timers = kmalloc(sizeof(*timers));
	if (!timer || (!timers && !process->posix_timers)) {
		if (timer)
			discard(timer);
		return -EAGAIN;
	}
	spin_lock(&process_lock);
	if (thread_is_own(event))
		result = add(timer, timers);
	else
		result = WHY(-EINVAL, "no thread %d of this process", event->tid);
	if (process->posix_timers == timers)
		timers = NULL;
	spin_unlock(&process_lock);
	kfree(timers);
	if (result < 0)
		discard(timer);
	return result;
}

int posix_timer_delete(int id)
{
	struct posix_timer *timer;

	assert_no_lock();
	spin_lock(&process_lock);
	timer = posix_timer_find(id);
	if (timer)
		take_out(timer);
	spin_unlock(&process_lock);
	if (!timer)
		return -EINVAL;
	discard(timer);
	return 0;
}

// Returns false if the timer runs by the clock of a thread that has ended. Caller: holds process_lock.
static bool clock_lives(const struct posix_timer *timer)
{
	assert_spin_held(&process_lock);
	return !posix_timer_by_cpu(timer) || cpu_clock_exists(timer->clock);
}

// Returns the setting of a timer whose clock shows `now`. One that has expired, and whose signal was not
// taken, has the least time left. Caller: holds process_lock.
static struct posix_timer_setting setting_of(const struct posix_timer *timer, uint64_t now)
{
	struct posix_timer_setting setting = { 0, timer->interval };
	uint64_t deadline = timer->deadline;

	assert_spin_held(&process_lock);
	if (!deadline)
		return setting;
	if (now >= deadline && timer->interval && (timer->waiting || timer->event.silent))
		deadline += ((now - deadline) / timer->interval + 1) * timer->interval;
	if (deadline > now)
		setting.value = deadline - now;
	else if (!timer->event.silent && !timer->waiting)
		setting.value = 1;
	return setting;
}

int posix_timer_set(int id, bool absolute, const struct posix_timer_setting *setting,
                    struct posix_timer_setting *old)
{
	struct posix_timer *timer;
	int error = -EINVAL;

	assert_no_lock();
	spin_lock(&process_lock);
	timer = posix_timer_find(id);
	if (timer)
		error = clock_lives(timer) ? 0 : WHY(-ESRCH, "the thread of the clock has ended");
	if (!error) {
		uint64_t now = posix_timer_time(timer); // may walk over all threads: once

		*old = setting_of(timer, now);
		timer_cancel(&timer->timer);
		signal_withdraw(timer->process, timer->pending);
		timer->waiting = false;
		timer->overrun = 0;
		timer->interval = setting->value ? setting->interval : 0;
		timer->deadline = setting->value;
		if (setting->value && !absolute)
			timer->deadline += now;
		posix_timer_arm(timer, 0);
	}
	spin_unlock(&process_lock);
	return error;
}

int posix_timer_get(int id, struct posix_timer_setting *store)
{
	struct posix_timer *timer;

	assert_no_lock();
	spin_lock(&process_lock);
	timer = posix_timer_find(id);
	if (timer)
		*store = clock_lives(timer) ? setting_of(timer, posix_timer_time(timer)) :
		                              (struct posix_timer_setting){ 0, 0 };
	spin_unlock(&process_lock);
	return timer ? 0 : -EINVAL;
}

int posix_timer_overrun(int id)
{
	struct posix_timer *timer;
	int overrun = -EINVAL;

	assert_no_lock();
	spin_lock(&process_lock);
	timer = posix_timer_find(id);
	if (timer)
		overrun = (int)timer->overrun;
	spin_unlock(&process_lock);
	return overrun;
}

void posix_timers_end(struct process *process)
{
	struct posix_timers *timers = process->posix_timers;

	assert_no_lock();
	if (likely(!timers))
		return;
	while (!list_empty(&timers->list)) {
		struct posix_timer *timer = list_first(&timers->list, struct posix_timer, link);

		spin_lock(&process_lock);
		take_out(timer);
		spin_unlock(&process_lock);
		discard(timer);
		(void)yield_after(DELETE_COST);
	}
	spin_lock(&process_lock);
	process->posix_timers = NULL;
	spin_unlock(&process_lock);
	kfree(timers);
}
