// test_segment.c: descriptors, selectors, and the processor's protections.
#include "debug/ktest.h"

#include "cpu/segment.h"
#include "cpu/smep_smap.h"
#include "cpu/trap.h"
#include "cpu/trapentry.h"
#include "cpu/x86.h"

static struct segment_desc descriptor(unsigned int index)
{
	struct pseudo_descriptor pd;

	__asm__ volatile("sgdt %0" : "=m"(pd));
	EXPECT_EQ(pd.limit, GDT_ENTRIES * 8 - 1);
	return ((const struct segment_desc *)pd.base)[index];
}

// Returns the limit of the segment that the processor finds for a selector; 0 if there is none.
static uint32_t limit_of(uint32_t selector)
{
	uint32_t limit = 0;

	__asm__ volatile("lsl %1, %0" : "+r"(limit) : "r"(selector) : "cc");
	return limit;
}

KTEST(segment_make_packs_base_and_limit)
{
	struct segment_desc desc = segment_make(0x12345678, 0xABCDE, SEG_PRESENT | SEG_DPL3);

	EXPECT_EQ(desc.low, 0x5678BCDE);
	EXPECT_EQ(desc.high, 0x120A0034 | SEG_PRESENT | SEG_DPL3);
	desc = segment_make(0, 0xFFFFF, 0);
	EXPECT_EQ(desc.low, 0xFFFF);
	EXPECT_EQ(desc.high, 0xF0000);
}

// The selectors are Linux's, because programs look at them (glibc expects 0x33 for its first
// thread's GS).
KTEST(segments_are_flat_and_at_their_places)
{
	EXPECT_EQ(KERNEL_CS, GDT_KERNEL_CS * 8);
	EXPECT_EQ(KERNEL_DS, GDT_KERNEL_DS * 8);
	EXPECT_EQ(USER_CS, GDT_USER_CS * 8 + 3);
	EXPECT_EQ(USER_DS, GDT_USER_DS * 8 + 3);
	EXPECT_EQ(descriptor(GDT_KERNEL_CS).high, 0x00CF9B00);
	EXPECT_EQ(descriptor(GDT_KERNEL_DS).high, 0x00CF9300);
	EXPECT_EQ(descriptor(GDT_USER_CS).high, 0x00CFFB00);
	EXPECT_EQ(descriptor(GDT_USER_DS).high, 0x00CFF300);
	for (unsigned int i = GDT_KERNEL_CS; i <= GDT_USER_DS; i++)
		EXPECT_EQ(descriptor(i).low, 0x0000FFFF);
	EXPECT_EQ(limit_of(USER_DS), 0xFFFFFFFF);
	EXPECT_EQ(limit_of(0), 0);
	for (unsigned int i = 0; i < GDT_KERNEL_CS; i++)
		EXPECT_EQ(descriptor(i).high | descriptor(i).low, 0);
}

KTEST(task_state_segment_is_loaded)
{
	uint16_t task;

	__asm__ volatile("str %0" : "=r"(task));
	EXPECT_EQ(task, TSS_SELECTOR);
	EXPECT_EQ(limit_of(TSS_SELECTOR), 103); // nothing after it: no port is open to programs
	EXPECT_EQ(limit_of(DOUBLE_FAULT_SELECTOR), 103);
	EXPECT_EQ(descriptor(GDT_TSS).high & 0x0000FF00, 0x8B00);          // busy
	EXPECT_EQ(descriptor(GDT_DOUBLE_FAULT).high & 0x0000FF00, 0x8900); // not busy
}

KTEST(segment_load_of_user_selectors)
{
	static const struct {
		uint16_t selector, loaded;
	} cases[] = {
		{ USER_DS, USER_DS },
		{ USER_CS, USER_CS }, // readable code may be loaded
		{ 0, 0 },
		{ 3, 3 },                   // also a null selector
		{ GDT_TLS * 8 + 3, 0 },     // an empty slot
		{ USER_DS | 4, 0 },         // of the local table, which does not exist
		{ GDT_ENTRIES * 8 + 3, 0 }, // beyond the table
		{ 0xFFFF, 0 },
		{ TSS_SELECTOR, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		segment_load_fs(cases[i].selector);
		segment_load_gs(cases[i].selector);
		EXPECT_EQ(read_fs(), cases[i].loaded);
		EXPECT_EQ(read_gs(), cases[i].loaded);
	}
	segment_load_fs(0);
	segment_load_gs(0);
}

KTEST(segment_load_tls_fills_the_three_slots)
{
	static const struct segment_desc none[TLS_SLOTS];
	struct segment_desc tls[TLS_SLOTS];
	uint32_t flags = SEG_PRESENT | SEG_DPL3 | SEG_CODE_OR_DATA | SEG_WRITABLE | SEG_32BIT;
	static uint32_t words[TLS_SLOTS] = { 11, 22, 33 };

	for (unsigned int i = 0; i < TLS_SLOTS; i++)
		tls[i] = segment_make((uintptr_t)&words[i], 3, flags);
	segment_load_tls(tls);
	for (unsigned int i = 0; i < TLS_SLOTS; i++) {
		uint32_t word;

		EXPECT_EQ(limit_of((GDT_TLS + i) * 8 + 3), 3);
		segment_load_gs((uint16_t)((GDT_TLS + i) * 8 + 3));
		__asm__ volatile("movl %%gs:0, %0" : "=r"(word));
		EXPECT_EQ(word, words[i]);
	}
	segment_load_gs(0);
	segment_load_tls(none);
	for (unsigned int i = 0; i < TLS_SLOTS; i++)
		EXPECT_EQ(limit_of((GDT_TLS + i) * 8 + 3), 0);
}

KTEST(protections_of_the_processor_are_on)
{
	uint32_t cr0 = read_cr0(), cr4 = read_cr4(), features = 0, more = 0;

	if (cpuid(0, 0).eax >= 7) {
		features = cpuid(7, 0).ebx;
		more = cpuid(7, 0).ecx;
	}
	EXPECT(cr0 & CR0_WP);
	EXPECT(cr0 & CR0_PG);
	EXPECT(cr0 & CR0_NE);
	EXPECT(cr0 & CR0_MP);
	EXPECT_EQ(cr0 & CR0_EM, 0);
	EXPECT(cr4 & CR4_OSFXSR);
	EXPECT(cr4 & CR4_OSXMMEXCPT);
	EXPECT_EQ(!!(cr4 & CR4_SMEP), features >> 7 & 1);
	EXPECT_EQ(!!(cr4 & CR4_SMAP), features >> 20 & 1);
	EXPECT_EQ(!!(cr4 & CR4_UMIP), more >> 2 & 1);
	EXPECT_EQ(cpu_has_smap, features >> 20 & 1);
	EXPECT_EQ(cpu_has_sse, cpuid(1, 0).edx >> 25 & 1);
	EXPECT_EQ(read_eflags() & (EFLAGS_IF | EFLAGS_AC | EFLAGS_DF), 0);
}

struct patch {
	const uint8_t *at;
	uint32_t kind;
};

extern const struct patch patch_start[], patch_end[];

// Each site has three bytes: a nop, or 0f 01 ca (clac), or 0f 01 cb (stac).
KTEST(patch_sites_fit_the_processor)
{
	unsigned int count[2] = { 0 };

	for (const struct patch *patch = patch_start; patch < patch_end; patch++) {
		EXPECT(patch->kind == PATCH_CLAC || patch->kind == PATCH_STAC);
		count[patch->kind != PATCH_CLAC]++;
		EXPECT_EQ(patch->at[0], 0x0f);
		EXPECT_EQ(patch->at[1], cpu_has_smap ? 0x01 : 0x1f);
		EXPECT_EQ(patch->at[2], !cpu_has_smap             ? 0x00 :
		                        patch->kind == PATCH_CLAC ? 0xca :
		                                                    0xcb);
	}
	EXPECT(count[0] >= 3);
	EXPECT(count[1] >= 3);
}
