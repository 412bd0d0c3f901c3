// watchdog.c: two ports of the card (QEMU's docs: ib700; Linux's driver is ib700wdt.c).
#include "cpu/watchdog.h"

#include "cpu/x86.h"

#define STOP_PORT 0x441
#define START_PORT 0x443 // a value v starts 30 - 2 * v seconds
#define SECONDS_MAX 30u

static unsigned int wanted; // seconds between a restart and the interrupt; 0: no watchdog
static bool stopped;
static uint64_t restarted_at;

void watchdog_restart(void)
{
	if (!watchdog_seconds())
		return;
	restarted_at = rdtsc();
	outb(START_PORT, (uint8_t)((SECONDS_MAX - wanted) / 2));
}

void watchdog_start(unsigned int seconds)
{
	assert(seconds >= 2 && seconds <= SECONDS_MAX && seconds % 2 == 0);
	wanted = seconds;
	stopped = false;
	watchdog_restart();
}

void watchdog_stop(void)
{
	if (watchdog_seconds())
		outb(STOP_PORT, 0);
	stopped = true;
}

void watchdog_resume(void)
{
	stopped = false;
	watchdog_restart();
}

unsigned int watchdog_seconds(void)
{
	return stopped ? 0 : wanted;
}

uint64_t watchdog_restarted_at(void)
{
	return restarted_at;
}
