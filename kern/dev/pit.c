// pit.c: the 8254 timer (Intel 8254 data sheet). Channel 0 is wired to interrupt line 0, channel 2
// to the loudspeaker, which stays off.
#include "dev/pit.h"

#include "cpu/x86.h"

#define CHANNEL0 0x40
#define CHANNEL2 0x42
#define COMMAND 0x43
#define SPEAKER 0x61
#define SPEAKER_GATE 0x01 // lets channel 2 count
#define SPEAKER_ON 0x02

// Control words: channel, both bytes of the count, mode.
#define CHANNEL0_ONE_SHOT 0x30 // mode 0: interrupt on terminal count
#define CHANNEL2_PERIODIC 0xB4 // mode 2: count down, reload, go on
#define CHANNEL2_LATCH 0x80

// The count 0 stands for 65,536, the longest period.
void pit_init(void)
{
	outb(COMMAND, CHANNEL0_ONE_SHOT);
	outb(SPEAKER, (inb(SPEAKER) & ~SPEAKER_ON) | SPEAKER_GATE);
	outb(COMMAND, CHANNEL2_PERIODIC);
	outb(CHANNEL2, 0); // 65,536
	outb(CHANNEL2, 0);
}

// The latch command freezes a copy of the count: without it the two bytes could come from two
// counts.
uint32_t pit_read_clock(void)
{
	uint32_t low;

	outb(COMMAND, CHANNEL2_LATCH);
	low = inb(CHANNEL2);
	return low | (uint32_t)inb(CHANNEL2) << 8;
}

void pit_arm(uint32_t ticks)
{
	debug_assert(ticks >= 1 && ticks <= 65535);
	outb(CHANNEL0, (uint8_t)ticks);
	outb(CHANNEL0, (uint8_t)(ticks >> 8));
}
