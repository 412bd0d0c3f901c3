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

void cputime_sample(bool system)
{
	struct thread *thread = thread_current();
	uint64_t cycles = cputime_cycles(thread);

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
