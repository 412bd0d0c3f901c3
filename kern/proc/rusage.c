// rusage.c: adding up the resources that processes have used; clocks of processor time;
// RLIMIT_CPU.
#include "proc/rusage.h"

#include "proc/posix_timer.h"
#include "proc/process.h"
#include "proc/thread_group.h"
#include "thread/timer.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/time.h>

#define THREAD_COST 30u // instructions, roughly, to add what a thread has used

void usage_add(struct usage *sum, const struct usage *more)
{
	sum->cpu.cycles += more->cpu.cycles;
	sum->cpu.sampled += more->cpu.sampled;
	sum->cpu.sampled_system += more->cpu.sampled_system;
	sum->faults += more->faults;
	sum->waits += more->waits;
	sum->preempted += more->preempted;
	sum->peak_pages = MAX(sum->peak_pages, more->peak_pages);
}

// Add what `thread` has used to `sum`.
static void add_thread(struct usage *sum, const struct thread *thread)
{
	sum->cpu.cycles += cputime_cycles(thread);
	sum->cpu.sampled += thread->cpu.sampled;
	sum->cpu.sampled_system += thread->cpu.sampled_system;
	sum->faults += thread->faults;
	sum->waits += thread_waits(thread);
	sum->preempted += thread->preempted;
}

void usage_of_thread(const struct thread *thread, struct usage *usage)
{
	*usage = (struct usage){ .peak_pages = 0 };
	add_thread(usage, thread);
}

// A zombie has no threads and no memory any more: all is in `ended`.
void usage_of_process(struct process *process, struct usage *usage)
{
	struct thread *thread;

	assert_spin_held(&process_lock);
	*usage = process->ended;
	if (process->zombie)
		return;
	if (process->aspace)
		usage->peak_pages = MAX(usage->peak_pages, aspace_note_peak(process->aspace));
	if (process->thread_count > 1)
		(void)yield_due(THREAD_COST * process->thread_count); // callers do this in loops
	list_for_each(thread, &process->threads, process_link)
		add_thread(usage, thread);
}

// With fewer faults than this a process is not worth an exact measure of its peak.
#define MANY_FAULTS 64

void usage_space_ends(struct process *process)
{
	struct aspace *as = process->aspace;
	size_t peak;

	assert_only_spinlock(NULL);
	if (!as)
		return;
	peak = thread_current()->faults < MANY_FAULTS ? as->peak : aspace_note_peak(as);
	process->ended.peak_pages = MAX(process->ended.peak_pages, peak);
}

void usage_thread_ends(struct process *process)
{
	assert_spin_held(&process_lock);
	add_thread(&process->ended, thread_current());
}

// Convert nanoseconds to seconds and microseconds.
static struct timeval timeval_of(uint64_t ns)
{
	return (struct timeval){ (time_t)(ns / NS_PER_SECOND),
		                 (suseconds_t)(ns % NS_PER_SECOND / 1000) };
}

// Fields that Linux does not maintain, or that count disk accesses, stay 0.
struct rusage usage_report(const struct usage *usage, struct cpu_time *before)
{
	struct cpu_time time = cputime_report(&usage->cpu, before);

	return (struct rusage){
		.ru_utime = timeval_of(time.user),
		.ru_stime = timeval_of(time.system),
		.ru_maxrss = (long)(usage->peak_pages * (PAGE_SIZE / 1024)),
		.ru_minflt = (long)usage->faults,
		.ru_nvcsw = (long)usage->waits,
		.ru_nivcsw = (long)usage->preempted,
	};
}

#define THREAD_CLOCK ((int)(~0u << 3 | CLOCK_ID_THREAD | KIND_SCHED))
#define PROCESS_CLOCK ((int)(~0u << 3 | KIND_SCHED))

// Returns the id that a named clock stands for.
static int clock_id(int clock)
{
	switch (clock) {
	case CLOCK_THREAD_CPUTIME_ID:
		return THREAD_CLOCK;
	case CLOCK_PROCESS_CPUTIME_ID:
		return PROCESS_CLOCK;
	default:
		return clock;
	}
}

// Returns the process whose clock `clock` is, or NULL if there is none. A thread's clock, whose
// thread is stored, can only be read in its own process. Caller: holds process_lock.
static struct process *clock_owner(int clock, struct thread **thread_store)
{
	struct process *self = process_current();
	pid_t pid = CLOCK_ID_PID(clock);
	struct thread *thread;

	assert_spin_held(&process_lock);
	if (clock >= 0 || (clock & CLOCK_ID_KIND) > KIND_SCHED)
		return NULL;
	if (!(clock & CLOCK_ID_THREAD))
		return pid == 0 ? self : process_find(pid);
	*thread_store = thread = pid == 0 ? thread_current() : thread_find(pid);
	return thread && thread->process == self ? self : NULL;
}

int cpu_clock_of_current(int *clock)
{
	struct process *owner, *self = process_current();
	struct thread *thread = NULL;
	int id = clock_id(*clock);

	spin_lock(&process_lock);
	owner = clock_owner(id, &thread);
	if (owner == self) {
		pid_t pid = thread ? thread->tid : owner->pid;

		*clock = (int)(~(uint32_t)pid << 3) | (id & (CLOCK_ID_THREAD | CLOCK_ID_KIND));
	}
	spin_unlock(&process_lock);
	return owner == self ? 0 : -EINVAL;
}

bool cpu_clock_exists(int clock)
{
	struct thread *thread;

	assert_spin_held(&process_lock);
	return clock_owner(clock_id(clock), &thread);
}

// A pid of 0 in the id means the caller, so CLOCK_PROCESS_CPUTIME_ID is only another name for such
// an id.
int cpu_clock_read_locked(int clock, uint64_t *ns_store)
{
	struct cpu_time time = { 0, 0 };
	struct process *owner;
	struct thread *thread;
	struct usage usage;

	assert_spin_held(&process_lock);
	clock = clock_id(clock);
	owner = clock_owner(clock, &thread);
	if (owner && (clock & CLOCK_ID_THREAD)) {
		usage_of_thread(thread, &usage);
		time = cputime_report(&usage.cpu, &thread->reported);
	} else if (owner) {
		usage_of_process(owner, &usage);
		time = cputime_report(&usage.cpu, &owner->reported);
	}
	*ns_store = time.user + ((clock & CLOCK_ID_KIND) == KIND_USER ? 0 : time.system);
	return owner ? 0 : -EINVAL;
}

int cpu_clock_read(int clock, uint64_t *ns_store)
{
	int error;

	spin_lock(&process_lock);
	error = cpu_clock_read_locked(clock, ns_store);
	spin_unlock(&process_lock);
	return error;
}

// All threads that wait for a process to use some time sleep here. Each tick that finds a process
// running wakes them all, and they look at their clocks.
static struct waitq clock_sleepers = WAITQ_INIT(clock_sleepers);

// No timer can be armed, because nobody knows when the process will run: the sleeper is woken by
// ticks. So it may sleep up to one tick too long.
int cpu_clock_sleep(int clock, uint64_t deadline)
{
	uint64_t now;
	int error;

	assert_no_lock();
	if (clock == CLOCK_THREAD_CPUTIME_ID)
		return -EOPNOTSUPP;
	clock = clock_id(clock);
	if (clock & CLOCK_ID_THREAD)
		return -EINVAL;
	for (;;) {
		error = cpu_clock_read(clock, &now);
		if (error || now >= deadline)
			return error;
		error = waitq_sleep(&clock_sleepers, NULL, WAIT_INTERRUPTIBLE, NO_DEADLINE);
		if (error)
			return error;
	}
}

// Enforce RLIMIT_CPU for the current process: SIGXCPU at the soft limit, and again in each second
// after it; SIGKILL at the hard limit. Caller: holds process_lock.
static void check_limit(struct process *process)
{
	struct rlimit64 *limit = &process->limits[RLIMIT_CPU];
	struct cpu_time time;
	struct usage usage;
	uint64_t seconds;

	assert_spin_held(&process_lock);
	usage_of_process(process, &usage);
	time = cputime_report(&usage.cpu, &process->reported);
	seconds = (time.user + time.system) / NS_PER_SECOND;
	if (seconds >= limit->rlim_max) {
		signal_send(process, SIGKILL, NULL);
	} else if (seconds >= limit->rlim_cur) {
		limit->rlim_cur++;
		signal_send(process, SIGXCPU, NULL);
	}
}

// Send the signals of the current process's timers by processor time. Caller: holds process_lock.
static void check_timers(struct process *process)
{
	struct cpu_time time;
	struct usage usage;

	assert_spin_held(&process_lock);
	usage_of_process(process, &usage);
	time = cputime_report(&usage.cpu, &process->reported);
	itimers_tick(&process->itimers, time.user, time.user + time.system);
}

// Returns true if the timer's interrupt came while the kernel worked for the program. Interrupts
// are off then, so it was taken only before the program's next instruction: the one after `int
// $0x80`, or the one that had faulted.
static bool was_in_kernel(const struct thread *thread, const struct trapframe *frame)
{
	static const uint8_t int_0x80[2] = { 0xcd, 0x80 };
	uint8_t code[2];

	if (!thread->aspace || frame->eip == thread->fault_eip) // without a space: its end goes on
		return true;
	return copyin_nofault(code, (const void __user *)(frame->eip - 2), 2) == 2 &&
	       memcmp(code, int_0x80, sizeof(code)) == 0;
}

// cputime_tick_hook: account a tick. Runs in the interrupt handler; it may take process_lock,
// since the kernel that it has interrupted holds no spinlock.
static void tick(const struct trapframe *frame)
{
	struct process *process = process_current();

	cputime_sample(!frame || was_in_kernel(thread_current(), frame));
	waitq_wake_all(&clock_sleepers);
	if (process && process->aspace)
		(void)aspace_note_peak(process->aspace);
	if (!process)
		return;
	spin_lock(&process_lock);
	if (process->limits[RLIMIT_CPU].rlim_cur != RLIM64_INFINITY)
		check_limit(process);
	if (process->itimers.virtual.value || process->itimers.profile.value)
		check_timers(process);
	posix_timers_tick(process);
	spin_unlock(&process_lock);
}

void usage_init(void)
{
	cputime_tick_hook = tick;
}
