// test_trap.c: traps within the kernel: the registers that the entry code saves and corrects, and
// where a fault leads.
#include "debug/ktest.h"

#include "cpu/segment.h"
#include "cpu/smep_smap.h"
#include "cpu/trap.h"
#include "cpu/x86.h"

#define UNUSED_VECTOR 20 // virtualization exception: never raised by a processor without VMX

static struct trapframe seen;
static uint32_t eflags_in_handler, segments_in_handler;

static uint32_t data_segments(void)
{
	uint32_t ds, es;

	__asm__ volatile("movl %%ds, %0; movl %%es, %1" : "=r"(ds), "=r"(es));
	return (ds & 0xFFFF) << 16 | (es & 0xFFFF);
}

static void note(struct trapframe *frame)
{
	seen = *frame;
	eflags_in_handler = read_eflags();
	segments_in_handler = data_segments();
}

// Register our handler for the vector, once: a handler cannot be removed.
static void register_note(void)
{
	static bool registered;

	if (!registered)
		trap_register(UNUSED_VECTOR, note);
	registered = true;
}

KTEST(trap_saves_and_restores_registers)
{
	uint32_t ebx = 0xB0B0B0B0, ecx = 0xC0C0C0C0, edx = 0xD0D0D0D0, esi = 0x51515151,
		 edi = 0xD1D1D1D1, eax = 0xA0A0A0A0, eip;

	register_note();
	__asm__ volatile("int %[vector]\n1:\tpushl %%eax\n\tmovl $1b, %[eip]\n\tpopl %%eax"
	                 : "+a"(eax), "+b"(ebx), "+c"(ecx), "+d"(edx), "+S"(esi),
	                   "+D"(edi), [eip] "=m"(eip)
	                 : [vector] "i"(UNUSED_VECTOR)
	                 : "memory");
	EXPECT_EQ(seen.eax, 0xA0A0A0A0);
	EXPECT_EQ(seen.ebx, 0xB0B0B0B0);
	EXPECT_EQ(seen.ecx, 0xC0C0C0C0);
	EXPECT_EQ(seen.edx, 0xD0D0D0D0);
	EXPECT_EQ(seen.esi, 0x51515151);
	EXPECT_EQ(seen.edi, 0xD1D1D1D1);
	EXPECT_EQ(seen.eip, eip);
	EXPECT_EQ(seen.cs & 0xFFFF, KERNEL_CS);
	EXPECT_EQ(seen.trapno, UNUSED_VECTOR);
	EXPECT_EQ(seen.err, 0);
	EXPECT(!trap_from_user(&seen));
	EXPECT_EQ(eax, 0xA0A0A0A0);
	EXPECT_EQ(ebx, 0xB0B0B0B0);
	EXPECT_EQ(ecx, 0xC0C0C0C0);
	EXPECT_EQ(edx, 0xD0D0D0D0);
	EXPECT_EQ(esi, 0x51515151);
	EXPECT_EQ(edi, 0xD1D1D1D1);
}

// The direction and alignment flags, which a program may have set, are clear in the kernel and
// restored afterwards.
KTEST(trap_clears_dangerous_flags)
{
	uint32_t after;

	register_note();
	__asm__ volatile("pushfl; pushfl; orl %[flags], (%%esp); popfl\n\t"
	                 "int %[vector]\n\t"
	                 "pushfl; popl %[after]; popfl"
	                 : [after] "=&r"(after)
	                 : [flags] "i"(EFLAGS_DF | EFLAGS_AC), [vector] "i"(UNUSED_VECTOR)
	                 : "memory", "cc");
	EXPECT_EQ(seen.eflags & (EFLAGS_DF | EFLAGS_AC), EFLAGS_DF | EFLAGS_AC);
	EXPECT_EQ(after & (EFLAGS_DF | EFLAGS_AC), EFLAGS_DF | EFLAGS_AC);
	EXPECT_EQ(eflags_in_handler & EFLAGS_DF, 0);
	if (cpu_has_smap)
		EXPECT_EQ(eflags_in_handler & EFLAGS_AC, 0);
	EXPECT_EQ(eflags_in_handler & EFLAGS_IF, 0);
}

#define FLAT_SEGMENTS ((uint32_t)USER_DS << 16 | USER_DS)

// Other segments in DS or ES are replaced for the handler and restored after it.
KTEST(trap_loads_flat_data_segments)
{
	static const uint32_t cases[][2] = { { KERNEL_DS, USER_DS },
		                             { USER_DS, KERNEL_DS },
		                             { KERNEL_DS, KERNEL_DS } };

	register_note();
	EXPECT_EQ(data_segments(), FLAT_SEGMENTS);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t ds = cases[i][0], es = cases[i][1];

		__asm__ volatile("pushl %%ds; pushl %%es\n\t"
		                 "movl %[ds], %%ds; movl %[es], %%es\n\t"
		                 "int %[vector]\n\t"
		                 "movl %%ds, %[ds]; movl %%es, %[es]\n\t"
		                 "popl %%es; popl %%ds"
		                 : [ds] "+r"(ds), [es] "+r"(es)
		                 : [vector] "i"(UNUSED_VECTOR)
		                 : "memory");
		EXPECT_EQ(segments_in_handler, FLAT_SEGMENTS);
		EXPECT_EQ(ds & 0xFFFF, cases[i][0]);
		EXPECT_EQ(es & 0xFFFF, cases[i][1]);
		EXPECT_EQ(seen.ds & 0xFFFF, cases[i][0]);
		EXPECT_EQ(seen.es & 0xFFFF, cases[i][1]);
	}
	EXPECT_EQ(data_segments(), FLAT_SEGMENTS);
}

KTEST(trap_register_refuses_what_is_taken_or_not_there)
{
	register_note();
	EXPECT_PANIC(trap_register(UNUSED_VECTOR, note));
	EXPECT_PANIC(trap_register(TRAP_PAGE_FAULT, note)); // kern/vm has it
	EXPECT_PANIC(trap_register(TRAP_EXCEPTIONS, note));
	EXPECT_PANIC(trap_register_user_gate(TRAP_VECTORS - 1, NULL));
	EXPECT_PANIC(trap_register_user_gate(256, NULL));
}

struct exception_entry {
	uint32_t at, fixup, when;
};

extern const struct exception_entry ex_table_start[], ex_table_end[];
extern const char kernel_start[], text_end[], tests_start[], tests_text_end[]; // boot/kernel.ld

// Returns true if `at` lies in the code of the kernel or of its tests.
static bool is_text(uintptr_t at)
{
	return (at >= (uintptr_t)kernel_start && at < (uintptr_t)text_end) ||
	       (at >= (uintptr_t)tests_start && at < (uintptr_t)tests_text_end);
}

KTEST(exception_table_leads_from_text_to_text)
{
	EXPECT(&ex_table_start[0] < &ex_table_end[0]);
	for (const struct exception_entry *entry = ex_table_start; entry < ex_table_end; entry++) {
		struct trapframe frame = { .eip = entry->at, .eax = 7 };

		EXPECT(is_text(entry->at));
		EXPECT(is_text(entry->fixup));
		EXPECT(entry->when == TRAP_FIXUP_LAST || entry->when == TRAP_FIXUP_AT_ONCE);
		EXPECT_EQ(trap_fixup_kind(&frame), entry->when);
		EXPECT_EQ(frame.eip, entry->at);
		EXPECT(trap_fixup(&frame));
		EXPECT_EQ(frame.eip, entry->fixup);
		EXPECT_EQ(frame.eax, 7);
	}
}

KTEST(exception_table_does_not_know_other_places)
{
	struct trapframe frame = { .eip = (uintptr_t)is_text };

	EXPECT_EQ(trap_fixup_kind(&frame), TRAP_FIXUP_NONE);
	EXPECT(!trap_fixup(&frame));
	EXPECT_EQ(frame.eip, (uintptr_t)is_text);
	frame.eip = ex_table_start->at + 1;
	EXPECT(!trap_fixup_kind(&frame) || ex_table_start->at + 1 == ex_table_start[1].at);
}

KTEST(exception_of_a_listed_instruction_goes_to_its_fixup)
{
	uint32_t fixed_up = 0;

	// Only instructions in .text.fixup may have fixups.
	__asm__ volatile("jmp 1f\n\t.pushsection .text.fixup, \"ax\"\n"
	                 "1:\tud2\n\tjmp 3f\n"
	                 "2:\tmovl $1, %0\n\tjmp 3f\n\t.popsection\n"
	                 "3:\t.pushsection __ex_table, \"a\"\n\t.long 1b, 2b, 1\n\t.popsection"
	                 : "+r"(fixed_up));
	EXPECT_EQ(fixed_up, 1);
}

KTEST(exception_of_the_kernel_panics)
{
	EXPECT_PANIC(({ __asm__ volatile("ud2"); }));
	EXPECT_PANIC(({ __asm__ volatile("int3"); }));
	EXPECT_PANIC(({ __asm__ volatile("divl %0" : : "r"(0), "a"(1), "d"(0)); }));
	EXPECT_PANIC(({ __asm__ volatile("movl %0, %%ds" : : "r"(0x1230)); }));
	EXPECT_EQ(data_segments(), FLAT_SEGMENTS);
}

KTEST(trap_name_knows_every_vector)
{
	EXPECT_EQ(strcmp(trap_name(TRAP_PAGE_FAULT), "page fault"), 0);
	EXPECT_EQ(strcmp(trap_name(TRAP_SIMD), "SIMD error"), 0);
	EXPECT_EQ(strcmp(trap_name(TRAP_SIMD + 1), "unknown trap"), 0);
	EXPECT_EQ(strcmp(trap_name(UINT32_MAX), "unknown trap"), 0);
	for (unsigned int vector = 0; vector <= TRAP_SIMD; vector++)
		EXPECT(trap_name(vector)[0] != '\0');
}

// Programs may enter only through `int3`, `into` and system-call gates. Every gate turns
// interrupts off. A double fault switches tasks.
KTEST(trap_gates_are_closed_to_programs)
{
	struct pseudo_descriptor pd;
	const struct segment_desc *idt;

	__asm__ volatile("sidt %0" : "=m"(pd));
	EXPECT_EQ(pd.limit, 256 * 8 - 1);
	idt = (const struct segment_desc *)pd.base;
	for (unsigned int vector = 0; vector < 256; vector++) {
		uint32_t type = idt[vector].high & 0x1F00, dpl = idt[vector].high >> 13 & 3;

		if (!(idt[vector].high & SEG_PRESENT)) {
			EXPECT(vector >= TRAP_VECTORS);
			continue;
		}
		EXPECT_EQ(dpl, vector == TRAP_BREAKPOINT || vector == TRAP_OVERFLOW ||
		                               vector == TRAP_SYSCALL ?
		                       3 :
		                       0);
		EXPECT_EQ(type, vector == TRAP_DOUBLE_FAULT ? 0x0500 : 0x0E00);
		EXPECT_EQ(idt[vector].low >> 16,
		          vector == TRAP_DOUBLE_FAULT ? DOUBLE_FAULT_SELECTOR : KERNEL_CS);
	}
}
