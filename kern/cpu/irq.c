// irq.c: the two 8259A interrupt controllers (Intel 8259A data sheet). The second one, the slave,
// interrupts through line 2 of the first one, the master.
#include "cpu/irq.h"

#include "cpu/trap.h"
#include "cpu/x86.h"
#include "kern.h"

#define MASTER 0x20
#define SLAVE 0xA0
#define MASTER_DATA 0x21
#define SLAVE_DATA 0xA1
#define CASCADE 2 // the master's line to which the slave is connected

#define ICW1_INIT 0x11 // edge-triggered, cascaded, four words follow
#define ICW4_8086 0x01
#define OCW2_EOI 0x20
#define OCW3_READ_ISR 0x0B

#define IRQ_HANDLERS 8

static struct {
	int irq;
	void (*handler)(int irq);
} registered[IRQ_HANDLERS];

static unsigned int registered_count;
static uint32_t counts[IRQ_LINES], spurious_count;
// One bit for each line. The cascade line stays open: without it no line of the slave gets
// through.
static uint16_t masked = 0xFFFF & ~(1u << CASCADE);

// Write `masked` into both controllers.
static void write_mask(void)
{
	outb(MASTER_DATA, (uint8_t)masked);
	outb(SLAVE_DATA, (uint8_t)(masked >> 8));
}

// Four initialization words each (ICW1 to ICW4). ICW2 moves the vectors to TRAP_IRQ and above: the
// firmware's choice, 8 to 15, would collide with exceptions.
void irq_init(void)
{
	outb(MASTER, ICW1_INIT);
	outb(MASTER_DATA, TRAP_IRQ);
	outb(MASTER_DATA, 1 << CASCADE);
	outb(MASTER_DATA, ICW4_8086);
	outb(SLAVE, ICW1_INIT);
	outb(SLAVE_DATA, TRAP_IRQ + 8);
	outb(SLAVE_DATA, CASCADE);
	outb(SLAVE_DATA, ICW4_8086);
	write_mask();
}

void irq_register(int irq, void (*handler)(int irq))
{
	assert(irq >= 0 && irq < IRQ_LINES && registered_count < IRQ_HANDLERS);
	registered[registered_count].irq = irq;
	registered[registered_count].handler = handler;
	registered_count++;
}

void irq_unmask(int irq)
{
	masked &= (uint16_t)(~(1u << irq));
	write_mask();
}

void irq_mask(int irq)
{
	masked |= (uint16_t)(1u << irq);
	write_mask();
}

// Returns true for a spurious interrupt. If a request goes away before the processor acknowledges
// it, the controller reports line 7 (8259A data sheet, "Interrupt Sequence"). Then the line's bit
// in the in-service register is clear, and that controller must get no EOI: it would end another
// interrupt. The master did see the slave's request, so it gets its EOI.
static bool spurious(int irq)
{
	uint16_t port = irq < 8 ? MASTER : SLAVE;

	if (irq != 7 && irq != 15)
		return false;
	outb(port, OCW3_READ_ISR);
	if (inb(port) & 0x80)
		return false;
	if (irq == 15)
		outb(MASTER, OCW2_EOI);
	return true;
}

uint32_t irq_count(int irq)
{
	return counts[irq];
}

uint32_t irq_spurious_count(void)
{
	return spurious_count;
}

bool irq_is_registered(int irq)
{
	for (unsigned int i = 0; i < registered_count; i++)
		if (registered[i].irq == irq)
			return true;
	return false;
}

// The EOI comes before the handlers. Interrupts are off, so nothing nests; and a request that
// comes while a handler runs is not lost, because the controller accepts it again already.
void irq_dispatch(int irq)
{
	if (spurious(irq)) {
		spurious_count++;
		return;
	}
	counts[irq]++;
	if (irq >= 8)
		outb(SLAVE, OCW2_EOI);
	outb(MASTER, OCW2_EOI);
	for (unsigned int i = 0; i < registered_count; i++)
		if (registered[i].irq == irq)
			registered[i].handler(irq);
}
