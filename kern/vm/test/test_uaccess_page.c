// test_uaccess_page.c: copies of a whole page, by registers of SSE and without: contents, counts at
// faults in the middle, and the registers and CR0.TS, which must stay as they are.
#include "vm/test/vm_test_util.h"

#include "cpu/smep_smap.h"
#include "cpu/x86.h"
#include "vm/uaccess.h"

#define XMM_REGISTERS 8u

struct xmm {
	uint32_t words[XMM_REGISTERS][4];
};

static char buffer[3 * PAGE_SIZE] __aligned(PAGE_SIZE);

static char pattern(size_t i)
{
	return (char)(i % 251 + i / PAGE_SIZE + 1);
}

static void load_registers(const struct xmm *xmm)
{
	__asm__ volatile("movups (%0), %%xmm0\n\tmovups 16(%0), %%xmm1\n\t"
	                 "movups 32(%0), %%xmm2\n\tmovups 48(%0), %%xmm3\n\t"
	                 "movups 64(%0), %%xmm4\n\tmovups 80(%0), %%xmm5\n\t"
	                 "movups 96(%0), %%xmm6\n\tmovups 112(%0), %%xmm7"
	                 :
	                 : "r"(xmm), "m"(*xmm));
}

static void store_registers(struct xmm *xmm)
{
	__asm__ volatile("movups %%xmm0, (%1)\n\tmovups %%xmm1, 16(%1)\n\t"
	                 "movups %%xmm2, 32(%1)\n\tmovups %%xmm3, 48(%1)\n\t"
	                 "movups %%xmm4, 64(%1)\n\tmovups %%xmm5, 80(%1)\n\t"
	                 "movups %%xmm6, 96(%1)\n\tmovups %%xmm7, 112(%1)"
	                 : "=m"(*xmm)
	                 : "r"(xmm));
}

// The user has two pages from AT(0) on, and nothing after them. Copy a page from `at` on, both ways,
// and expect the bytes before the border, and only these.
static void copies_at(size_t at)
{
	char __user *user = (char __user *)AT(0) + at;
	size_t count = MIN(PAGE_SIZE, 2 * PAGE_SIZE - at), right = 0;

	memset(buffer, '!', sizeof(buffer));
	EXPECT_EQ(copyin_nofault(buffer + 5, user, PAGE_SIZE), count);
	for (size_t i = 0; i < count; i++)
		right += buffer[5 + i] == pattern(at + i);
	EXPECT_EQ(right, count);
	EXPECT(buffer[4] == '!' && buffer[5 + count] == '!');
	for (size_t i = 0; i < PAGE_SIZE; i++)
		buffer[i] = (char)~pattern(at + i);
	EXPECT_EQ(copyout_nofault(user, buffer, PAGE_SIZE), count);
	memset(buffer, '!', sizeof(buffer));
	EXPECT_EQ(copyin(aspace_current(), buffer, (char __user *)AT(0), 2 * PAGE_SIZE), 0);
	for (size_t i = right = 0; i < 2 * PAGE_SIZE; i++)
		right += buffer[i] == (i >= at && i < at + count ? (char)~pattern(i) : pattern(i));
	EXPECT_EQ(right, 2 * PAGE_SIZE);
	for (size_t i = 0; i < 2 * PAGE_SIZE; i++)
		buffer[i] = pattern(i);
	EXPECT_EQ(copyout(aspace_current(), (char __user *)AT(0), buffer, 2 * PAGE_SIZE), 0);
}

// Around each register of a turn, and around each end of a page.
static void copies(struct aspace *as)
{
	test_map(as, 0, 2, RW);
	for (size_t i = 0; i < 2 * PAGE_SIZE; i++)
		buffer[i] = pattern(i);
	EXPECT_EQ(copyout(as, (char __user *)AT(0), buffer, 2 * PAGE_SIZE), 0);
	copies_at(0);
	for (size_t at = PAGE_SIZE - 1; at <= PAGE_SIZE + 130; at += 7)
		copies_at(at);
	copies_at(2 * PAGE_SIZE - 1);
	copies_at(2 * PAGE_SIZE);
	EXPECT_EQ(read_eflags() & EFLAGS_AC, 0);
}

// copyin_page and copyout_page: the fault of the first byte is handled, others are not.
static void whole_pages(struct aspace *as)
{
	test_map(as, 0, 4, RW);
	test_map(as, 4, 5, PROT_READ);
	memset(buffer, 'p', PAGE_SIZE);
	EXPECT_EQ(copyout_page(USER(AT(0)), buffer), cpu_has_sse);
	memset(buffer, '!', PAGE_SIZE);
	EXPECT_EQ(copyin_page(buffer, USER(AT(0))), cpu_has_sse);
	EXPECT_EQ(buffer[0], cpu_has_sse ? 'p' : '!');
	EXPECT_EQ(buffer[PAGE_SIZE - 1], cpu_has_sse ? 'p' : '!');
	EXPECT_EQ(copyin_page(buffer, USER(AT(1))), cpu_has_sse); // the zero page
	EXPECT_EQ(buffer[0], cpu_has_sse ? 0 : '!');
	EXPECT(!copyin_page(buffer, USER(AT(2) + 1)));
	EXPECT(!copyout_page(USER(AT(4)), buffer));
	EXPECT(!copyin_page(buffer, USER(AT(5))));
	EXPECT(!copyin_page(buffer, USER(ULIM - PAGE_SIZE + 1)));
	EXPECT(!copyin_page(buffer, USER(UINTPTR_MAX)));
	EXPECT(!copyout_page((__force void __user *)buffer, buffer));
	EXPECT_EQ(read_eflags() & EFLAGS_AC, 0);
}

static void both(struct aspace *as)
{
	copies(as);
	EXPECT_EQ(aspace_unmap(as, AT(0), 2 * PAGE_SIZE), 0);
	whole_pages(as);
}

KTEST(uaccess_of_a_page_with_and_without_sse)
{
	bool had_sse = cpu_has_sse;
	uint32_t cr0 = read_cr0();
	struct aspace *as;

	for (int round = had_sse ? 0 : 1; round < 2; round++) {
		cpu_has_sse = round == 0;
		as = test_aspace();
		test_run_in(as, both);
		test_aspace_check(as);
		aspace_put(as);
	}
	cpu_has_sse = had_sse;
	EXPECT_EQ(read_cr0(), cr0);
	EXPECT(!copyin_page(buffer, USER(AT(0)))); // a kernel thread has no space
}

// Expect that a copy of a page from `at` on, which moves `count` bytes, changes neither registers nor
// CR0, which has TS set (`trap`) or not.
static void keeps_registers(size_t at, size_t count, bool trap)
{
	struct xmm before, after;
	uint32_t cr0;

	for (size_t i = 0; i < XMM_REGISTERS * 4; i++)
		before.words[i / 4][i % 4] = (uint32_t)(at + i) * 0x9E3779B1u;
	load_registers(&before);
	if (trap)
		write_cr0(read_cr0() | CR0_TS);
	cr0 = read_cr0();
	EXPECT_EQ(copyin_nofault(buffer, (char __user *)AT(0) + at, PAGE_SIZE), count);
	EXPECT_EQ(copyout_nofault((char __user *)AT(0) + at, buffer, PAGE_SIZE), count);
	EXPECT_EQ(copyout_page(USER(AT(0) + at), buffer), count == PAGE_SIZE);
	EXPECT_EQ(read_cr0(), cr0);
	clts();
	store_registers(&after);
	EXPECT_EQ(memcmp(&before, &after, sizeof(before)), 0);
}

static void registers(struct aspace *as)
{
	uint32_t cr0 = read_cr0();

	test_map(as, 0, 2, RW);
	memset(buffer, 'r', sizeof(buffer));
	EXPECT_EQ(copyout(as, USER(AT(0)), buffer, 2 * PAGE_SIZE), 0);
	clts();
	for (int trap = 0; trap < 2; trap++) {
		keeps_registers(0, PAGE_SIZE, trap);
		keeps_registers(PAGE_SIZE + 200, PAGE_SIZE - 200, trap); // stops in the middle
		keeps_registers(2 * PAGE_SIZE, 0, trap);
	}
	write_cr0(cr0);
}

KTEST(uaccess_of_a_page_keeps_registers_and_task_switched)
{
	struct aspace *as = test_aspace();

	if (cpu_has_sse)
		test_run_in(as, registers);
	aspace_put(as);
}
