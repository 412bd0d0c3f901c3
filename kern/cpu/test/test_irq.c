// test_irq.c: the masks of the interrupt controllers.
#include "debug/ktest.h"

#include "cpu/irq.h"
#include "cpu/x86.h"

#define MASKS (inb(0x21) | (unsigned int)inb(0xA1) << 8)

// Uses lines without a device.
KTEST(irq_mask_is_of_one_line)
{
	static const int lines[] = { 5, 10, 15 };
	unsigned int before = MASKS;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		EXPECT(before >> lines[i] & 1);
		irq_unmask(lines[i]);
		EXPECT_EQ(MASKS, before & ~(1u << lines[i]));
		irq_mask(lines[i]);
		EXPECT_EQ(MASKS, before);
	}
	EXPECT_EQ(before >> 2 & 1, 0); // the second controller
	EXPECT_EQ(before >> IRQ_PIT & 1, 0);
}

static void nothing(int irq)
{
	(void)irq;
}

KTEST(irq_register_refuses_lines_that_are_none)
{
	EXPECT_PANIC(irq_register(-1, nothing));
	EXPECT_PANIC(irq_register(IRQ_LINES, nothing));
}

// An interrupt that no device has asked for, on the lines that report spurious interrupts and on
// another.
KTEST(irq_dispatch_of_nothing)
{
	irq_dispatch(7);
	irq_dispatch(15);
	irq_dispatch(5);
}
