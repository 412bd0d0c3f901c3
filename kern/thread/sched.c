// sched.c: the scheduler. It is round robin: a thread that wakes goes to the end of the run queue,
// a thread that sleeps is on no run queue. The kernel is not preempted, so threads switch only in
// schedule().
#include "thread/sched.h"

#include "cpu/debug_registers.h"
#include "cpu/x86.h"
#include "thread/cputime.h"
#include "thread/machine_load.h"
#include "thread/mutex.h"
#include "thread/stretch.h"
#include "thread/tick.h"
#include "thread/timer.h"
#include "thread/yield.h"

struct spinlock sched_lock = SPINLOCK_INIT("sched", RANK_SCHED);
struct list all_threads = LIST_INIT(all_threads);

void (*thread_switch_hook)(struct thread *next);
void (*thread_signal_hook)(struct trapframe *frame);
void (*thread_async_hook)(void);
void (*thread_idle_hook)(void);

static struct list run_queue = LIST_INIT(run_queue); // guarded by sched_lock
static struct thread *dead;                          // [sched_lock] freed by the next thread
static bool ending;                                  // [sched_lock] threads_stop was called

// Load what only traced threads have: their breakpoints, and the limit that sends their calls the long
// way.
static __noinline void switch_traced(const struct thread *prev, const struct thread *next)
{
	struct cpu *cpu = this_cpu();

	cpu->call_limit = next->loads & LOAD_CALLS ? 0 : cpu->call_count;
	if ((prev->loads | next->loads) & LOAD_DEBUG)
		debug_registers_load(next->loads & LOAD_DEBUG ? next->debug : NULL);
}

// Switch the registers that belong to the program and that the entry code does not save: FS, GS,
// the segments for thread-local storage, the FPU, the debug registers. All of them are rare, so each
// is loaded only if one of the two threads uses it. FS comes after the segments: loading a selector
// reads its descriptor.
static void switch_user_registers(struct thread *prev, struct thread *next)
{
	prev->fs = read_fs();
	prev->gs = read_gs();
	if (prev->loads | next->loads) {
		if ((prev->loads | next->loads) & LOAD_TLS)
			segment_load_tls(next->tls);
		if (unlikely((prev->loads | next->loads) & ~LOAD_TLS))
			switch_traced(prev, next);
	}
	if (prev->fs | prev->gs | next->fs | next->gs) {
		segment_load_fs(next->fs);
		segment_load_gs(next->gs);
	}
	if (prev->fpu || next->fpu)
		fpu_switch(prev->fpu, next->fpu);
}

// The rule of the switch: the thread that calls schedule() takes sched_lock, and the thread that
// runs next releases it. The lock is held across context_switch, because until then the old
// thread's registers are not saved and its stack is in use: if a second CPU took the thread from
// the run queue before, two CPUs would run on one stack.
//
// Where the next thread releases the lock: if it was here before, at the end of its own
// schedule(); if it is new, in thread_kernel_start or thread_user_start (switch.S). Both call
// schedule_finish. If no other thread can run, there is no switch, and schedule() releases the
// lock itself.
//
// A thread cannot free its own stack, for it runs on it. So a dead thread is left in `dead`, and
// the next thread frees it, after it has released the lock: kfree and kstack_free take locks of
// their own.
void schedule(void)
{
	struct thread *prev = thread_current();
	struct thread *next = this_cpu()->idle;

	assert_only_spinlock(&sched_lock);
	if (!list_empty(&run_queue)) {
		next = list_first(&run_queue, struct thread, run_link);
		list_remove(&next->run_link);
	}
	if (next == prev) {
		spin_unlock(&sched_lock);
		return;
	}
	stretch_break();
	switch_user_registers(prev, next);
	segment_set_kernel_stack(next->kstack + KSTACK_SIZE);
	thread_switch_hook(next);
	next->switches++;
	cputime_switch(prev, next);
	this_cpu()->current = next;
	if (prev->state == THREAD_DEAD)
		dead = prev;
	context_switch(&prev->kesp, next->kesp);
	schedule_finish();
}

// `dead` is read before the lock is released: afterwards another switch may set it again.
void schedule_finish(void)
{
	struct thread *ended = dead;

	assert_spin_held(&sched_lock);
	dead = NULL;
	spin_unlock(&sched_lock);
	if (unlikely(ended))
		thread_free(ended);
}

bool schedule_waiting(void)
{
	return !list_empty(&run_queue);
}

void make_runnable(struct thread *thread, int reason)
{
	assert_spin_held(&sched_lock);
	thread->state = THREAD_RUNNABLE;
	thread->wake_reason = (int8_t)reason;
	list_add_tail(&run_queue, &thread->run_link);
}

// While the machine ends, a new thread must stop too, before its first user instruction.
void thread_start(struct thread *thread)
{
	spin_lock(&sched_lock);
	list_add_tail(&all_threads, &thread->all_link);
	totals_thread_starts();
	if (ending)
		thread->work |= WORK_STOP;
	make_runnable(thread, 0);
	spin_unlock(&sched_lock);
}

// The state stays THREAD_RUNNABLE: only the place on the run queue changes.
void thread_yield(void)
{
	struct thread *thread = thread_current();

	assert_may_sleep();
	spin_lock(&sched_lock);
	if (list_empty(&run_queue)) {
		spin_unlock(&sched_lock);
		return;
	}
	thread->preempted++;
	list_add_tail(&run_queue, &thread->run_link);
	schedule();
}

// Interrupts are on for one instruction; the timer's interrupt sets WORK_RESCHED if the slice is
// over. The stretch_break calls before and after keep the time of interrupt handlers out of this
// call's stretch.
int thread_yield_point(void)
{
	struct thread *thread = thread_current();

	assert_may_yield();
	stretch_break();
	this_cpu()->in_yield = true;
	take_interrupts();
	this_cpu()->in_yield = false;
	stretch_break();
	if (thread->work & WORK_RESCHED) {
		__atomic_and_fetch(&thread->work, ~WORK_RESCHED, __ATOMIC_RELAXED);
		thread_yield();
	}
	this_cpu()->work_left = YIELD_EACH;
	return thread->work & (WORK_SIGNAL | WORK_KILL | WORK_STOP) ? -EINTR : 0;
}

int thread_yield_point_killable(void)
{
	uint32_t ending_bits = WORK_KILL | WORK_STOP;

	assert_may_yield();
	return thread_yield_point() && (thread_current()->work & ending_bits) ? -EINTR : 0;
}

// schedule() sees THREAD_DEAD and leaves this thread in `dead`; it does not return.
void thread_exit(void)
{
	struct thread *thread = thread_current();

	assert_may_sleep();
	spin_lock(&sched_lock);
	thread->state = THREAD_DEAD;
	list_remove(&thread->all_link);
	totals_thread_ends(thread);
	schedule();
	panic("the dead thread %s runs again", thread->name);
}

// The bits are set before the state is looked at. A thread that goes to sleep tests the bits under
// the same lock before it sets its state (sleep_locked), so one of the two sees the other and no
// signal is missed.
void thread_interrupt(struct thread *thread, uint32_t work)
{
	__atomic_or_fetch(&thread->work, work, __ATOMIC_RELAXED);
	spin_lock(&sched_lock);
	if (thread->state == THREAD_SLEEPING && (work & work_ending(thread->wait_mode)))
		make_runnable(thread, -EINTR);
	spin_unlock(&sched_lock);
}

// Each other thread runs on until it cannot; this thread goes to the end of the queue each time.
// It ends because no thread returns to user mode any more, and calls in the kernel are finite.
void threads_stop(void)
{
	struct thread *thread;

	assert_no_lock();
	spin_lock(&sched_lock);
	ending = true;
	list_for_each(thread, &all_threads, all_link)
		__atomic_or_fetch(&thread->work, WORK_STOP, __ATOMIC_RELAXED);
	spin_unlock(&sched_lock);
	while (schedule_waiting())
		thread_yield();
}

// Order: the machine's end before all; then the time slice; then signals to others, one of which
// may be the thread itself; then its own, since a thread that was away may have received more.
// thread_signal_hook is proc/signal_deliver.c: signal_deliver. It is the fourth of the function
// pointers between ^C and its handler (dev/serial.c: receive).
void thread_return_work(struct trapframe *frame)
{
	static struct waitq stopped = WAITQ_INIT(stopped);
	struct thread *thread = thread_current();

	assert_no_lock();
	while (thread->work & WORK_STOP)
		waitq_sleep(&stopped, NULL, WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
	if (thread->work & WORK_RESCHED) {
		__atomic_and_fetch(&thread->work, ~WORK_RESCHED, __ATOMIC_RELAXED);
		thread_yield();
	}
	if (unlikely(thread->work & WORK_ASYNC)) {
		__atomic_and_fetch(&thread->work, ~WORK_ASYNC, __ATOMIC_RELAXED);
		thread_async_hook();
	}
	if (thread->work & (WORK_SIGNAL | WORK_KILL | WORK_CALL_END))
		thread_signal_hook(frame);
}

// The idle thread runs when no other thread can. It takes interrupts while it halts; besides it
// only thread_yield_point takes interrupts in the kernel. It is on no run queue: schedule() takes
// it when the queue is empty.
void thread_idle(void *arg)
{
	(void)arg;
	for (;;) {
		while (list_empty(&run_queue)) {
			if (!timer_any_armed() && thread_idle_hook)
				thread_idle_hook();
			tick_idle();
			halt_for_interrupt();
		}
		tick_busy();
		spin_lock(&sched_lock);
		schedule();
	}
}
