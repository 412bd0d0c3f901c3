// itimer.c: the interval timers of a process.
#include "proc/itimer.h"

#include "proc/process.h"
#include <abi/time.h>

#define SHORTEST_NS 50000 // the machine is not interrupted more often by one timer

// Returns when a timer expires next that was due at `due`: the first time after `now`. 0: never.
static uint64_t next_time(uint64_t due, uint64_t interval, uint64_t now)
{
	uint64_t next;

	if (!interval)
		return 0;
	next = due + ((now - due) / interval + 1) * interval;
	return MAX(next, now + SHORTEST_NS);
}

// The function of ITIMER_REAL's timer.
static void fire(struct timer *timer)
{
	struct itimers *timers = container_of(timer, struct itimers, alarm);
	uint64_t now = clock_ns();

	spin_lock(&process_lock);
	if (timers->real.value && now >= timers->real.value) {
		signal_send(timers->process, SIGALRM, NULL);
		timers->real.value = next_time(timers->real.value, timers->real.interval, now);
	}
	if (timers->real.value)
		timer_arm(timer, timers->real.value);
	spin_unlock(&process_lock);
}

void itimers_init(struct itimers *timers, struct process *process)
{
	timers->process = process;
	timer_init(&timers->alarm, fire);
}

void itimers_end(struct itimers *timers)
{
	assert_spin_held(&process_lock);
	if (timers->real.value)
		timer_cancel(&timers->alarm);
	timers->real.value = timers->virtual.value = timers->profile.value = 0;
}

// Returns the timer `which` of a process.
static struct itimer_setting *timer_of(struct itimers *timers, int which)
{
	return which == ITIMER_REAL    ? &timers->real :
	       which == ITIMER_VIRTUAL ? &timers->virtual :
	                                 &timers->profile;
}

// Returns the time by which the timer `which` counts. Caller: holds process_lock.
static uint64_t time_of(struct process *process, int which)
{
	struct cpu_time time;
	struct usage usage;

	assert_spin_held(&process_lock);
	if (which == ITIMER_REAL)
		return clock_ns();
	usage_of_process(process, &usage);
	time = cputime_report(&usage.cpu, &process->reported);
	return time.user + (which == ITIMER_PROF ? time.system : 0);
}

// Returns the setting with the time that is left. One that is due and has not been noticed has
// a little left. Caller: holds process_lock.
static struct itimer_setting left(struct process *process, int which)
{
	struct itimer_setting setting = *timer_of(&process->itimers, which);
	uint64_t now = time_of(process, which);

	assert_spin_held(&process_lock);
	if (setting.value)
		setting.value = setting.value > now ? setting.value - now : 1000;
	return setting;
}

struct itimer_setting itimer_get(int which)
{
	struct itimer_setting setting;

	assert_only_spinlock(NULL);
	spin_lock(&process_lock);
	setting = left(process_current(), which);
	spin_unlock(&process_lock);
	return setting;
}

struct itimer_setting itimer_set(int which, const struct itimer_setting *setting)
{
	struct process *process = process_current();
	struct itimers *timers = &process->itimers;
	struct itimer_setting *timer = timer_of(timers, which), old;

	assert_only_spinlock(NULL);
	spin_lock(&process_lock);
	old = left(process, which);
	// Linux forgets the interval of a real timer that is stopped, but not of the others.
	timer->interval = which == ITIMER_REAL && !setting->value ? 0 : setting->interval;
	timer->value = setting->value ? time_of(process, which) + setting->value : 0;
	if (which == ITIMER_REAL && timer->value)
		timer_arm(&timers->alarm, timer->value);
	else if (which == ITIMER_REAL)
		timer_cancel(&timers->alarm);
	spin_unlock(&process_lock);
	return old;
}

// Send `signo` if the timer is due at the time `now`.
static void check(struct process *process, struct itimer_setting *timer, uint64_t now, int signo)
{
	if (!timer->value || now < timer->value)
		return;
	timer->value = next_time(timer->value, timer->interval, now);
	signal_send(process, signo, NULL);
}

void itimers_tick(struct itimers *timers, uint64_t user, uint64_t all)
{
	assert_spin_held(&process_lock);
	check(timers->process, &timers->virtual, user, SIGVTALRM);
	check(timers->process, &timers->profile, all, SIGPROF);
}
