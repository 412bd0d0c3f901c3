// cputime.c: processor time, from cycles of the time-stamp counter to nanoseconds.
#include "thread/cputime.h"

#include "cpu/irq.h"
#include "thread/timer.h"

void (*cputime_tick_hook)(const struct trapframe *frame);

// The counter and the clock at one moment of the boot. Both count evenly, so their progress since
// then gives the length of a cycle: rate_ns nanoseconds for rate_cycles cycles.
static uint64_t first_cycle, first_ns;
static uint64_t rate_cycles, rate_ns;

void cputime_init(void)
{
	first_cycle = rdtsc();
	first_ns = clock_ns();
	thread_current()->cpu.cycles = 0 - first_cycle;
}

// Returns a * b / c; c is not 0. b and c are first shortened to 32 bits, since the product must
// fit.
static uint64_t scale(uint64_t a, uint64_t b, uint64_t c)
{
	while ((b | c) >> 32) {
		b >>= 1;
		c >>= 1;
	}
	c = MAX(c, 1ull);
	return a / c * b + a % c * b / c;
}

// Measure the length of a cycle, again whenever twice as much time has passed, until it is known
// to a millionth. Measuring more often would change reported sums of threads that do not run.
static void measure(void)
{
	uint64_t passed;

	if (rate_ns >= NS_PER_SECOND)
		return;
	passed = clock_ns() - first_ns;
	if (passed >= 2 * rate_ns) {
		rate_cycles = rdtsc() - first_cycle;
		rate_ns = passed;
	}
}

// A later measurement may find cycles shorter, and each sample changes the shares. Neither may
// make a reported time go back, so the earlier report is a lower bound for both parts.
struct cpu_time cputime_report(const struct cpu_use *use, struct cpu_time *before)
{
	uint64_t all, system = 0;

	measure();
	all = scale(use->cycles, rate_ns, rate_cycles);
	all = MAX(all, before->user + before->system);
	if (use->sampled_system)
		system = scale(all, use->sampled_system, use->sampled);
	system = MAX(system, before->system);
	system = MIN(system, all - before->user);
	*before = (struct cpu_time){ all - system, system };
	return *before;
}

// The cycles that ticks have seen, in all threads.
static struct {
	uint64_t all, system, nice;
} machine;

// Returns what part / machine.all of `ns` is, at least `before`.
static uint64_t share(uint64_t ns, uint64_t part, uint64_t before)
{
	return MAX(part ? scale(ns, part, machine.all) : 0, before);
}

// Threads that ran between two ticks were not sampled. So the samples only divide the time in which
// the idle thread did not run.
void cputime_machine(struct machine_time *times)
{
	static struct machine_time before;
	uint64_t idle, busy;

	measure();
	idle = cputime_cycles(this_cpu()->idle);
	busy = scale(rdtsc() - first_cycle - idle, rate_ns, rate_cycles);
	before.idle = MAX(scale(idle, rate_ns, rate_cycles), before.idle);
	before.system = share(busy, machine.system, before.system);
	before.nice = share(busy, machine.nice, before.nice);
	if (busy > before.system + before.nice)
		before.user = MAX(busy - before.system - before.nice, before.user);
	*times = before;
}

uint32_t cputime_khz(void)
{
	measure();
	return (uint32_t)scale(NS_PER_SECOND / 1000, rate_cycles, rate_ns);
}

void cputime_sample(bool system)
{
	struct thread *thread = thread_current();
	uint64_t cycles = cputime_cycles(thread);

	machine.all += cycles - thread->cpu.sampled;
	if (system)
		machine.system += cycles - thread->cpu.sampled;
	else if (thread->nice > 0)
		machine.nice += cycles - thread->cpu.sampled;
	if (system)
		thread->cpu.sampled_system += cycles - thread->cpu.sampled;
	thread->cpu.sampled = cycles;
}

// The kernel also takes interrupts at yield points and in the idle thread. The thread's user frame
// then belongs to an earlier entry, not to this interrupt. Its vector cannot tell: a thread that is
// killed at the end of a tick still has that tick's frame while it exits, and yields on the way.
// By then it may have no address space, so nobody may look at its program.
void cputime_tick(void)
{
	struct thread *thread = thread_current();

	if (thread != this_cpu()->idle && cputime_tick_hook)
		cputime_tick_hook(this_cpu()->in_yield ? NULL : thread_user_frame(thread));
}
