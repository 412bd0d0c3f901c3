// nmi.c: the report about a machine that spins.
#include "thread/nmi.h"

#include <stdio.h>

#include "cpu/apic.h"
#include "cpu/trap.h"
#include "cpu/watchdog.h"
#include "debug/boot_options.h"
#include "debug/panic.h"
#include "mem/pgdir.h"
#include "thread/lock_report.h"
#include "thread/thread.h"
#include "thread/timer.h"

static uint64_t excused_at; // the watchdog's restart after the last interrupt that was ignored

// Returns true if the watchdog, which waits `seconds`, has sent the interrupt `ns` nanoseconds
// after its last restart. An interrupt that comes earlier was sent by a person or by the grader.
static bool is_watchdogs(uint64_t ns, unsigned int seconds)
{
	uint64_t limit = seconds * NS_PER_SECOND;

	return seconds && ns >= limit - limit / 8;
}

// If the interrupt comes much too late, the whole machine stood still.
bool nmi_is_hosts_fault(uint64_t ns, unsigned int seconds, bool interrupts_on)
{
	uint64_t long_after = seconds * NS_PER_SECOND / 2 * 3;

	return is_watchdogs(ns, seconds) && (interrupts_on || ns >= long_after);
}

// Describe in text[size] where the interrupt came. A forgotten unlock lets the other threads wait for
// that lock for ever: so name one of them.
static void describe(char *text, size_t size, const struct trapframe *frame)
{
	const struct thread *thread = thread_current();
	char waiter[64];

	if (trap_victim_is_user(frame)) {
		snprintf(text, size, "%s (%d) runs its own code at %#x", thread->name, thread->tid,
		         frame->eip);
	} else if (thread == this_cpu()->idle) {
		lock_waiter_format(waiter, sizeof(waiter));
		snprintf(text, size, "no thread can run%s%s", waiter[0] ? ": " : "", waiter);
	} else {
		snprintf(text, size, "%s (%d) runs in the kernel with interrupts off", thread->name,
		         thread->tid);
	}
}

// Handle a non-maskable interrupt. If no timer interrupt has come since an interrupt was ignored,
// the next one is not: the timer had its chance.
static void nmi(struct trapframe *frame)
{
	uint64_t since = clock_since(watchdog_restarted_at());
	bool excused = excused_at && excused_at == watchdog_restarted_at();
	char place[96];

	if (!excused && nmi_is_hosts_fault(since, watchdog_seconds(), frame->eflags & EFLAGS_IF)) {
		watchdog_restart();
		excused_at = watchdog_restarted_at();
		return;
	}
	describe(place, sizeof(place), frame);
	if (is_watchdogs(since, watchdog_seconds()))
		panic_or_monitor(frame, "no timer interrupt for %u s: %s", watchdog_seconds(),
		                 place);
	else
		panic_or_monitor(frame, "non-maskable interrupt: %s", place);
}

void nmi_init(void)
{
	physaddr_t apic = apic_find();
	uint32_t seconds = option_uint("watchdog", 0);

	trap_register(TRAP_NMI, nmi);
	if (apic)
		apic_let_nmi_in(device_map(apic, APIC_SIZE, PTE_PCD | PTE_PWT));
	if (seconds)
		watchdog_start(MIN(MAX(ROUND_UP(seconds, 2u), 2u), 30u));
}
