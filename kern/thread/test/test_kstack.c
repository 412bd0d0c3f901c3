// test_kstack.c: kernel stacks: guards, reuse, exhaustion.
#include "thread/test/thread_test_util.h"

#include "mem/heap.h"
#include "mem/pgdir.h"
#include "mem/test/mem_test_util.h"
#include "thread/kstack.h"

KTEST(kstack_is_mapped_for_the_kernel_alone)
{
	uintptr_t kstack;

	EXPECT_EQ(kstack_alloc(&kstack), 0);
	EXPECT(kstack >= KSTACKS_BASE);
	EXPECT(kstack < KSTACKS_END);
	for (uintptr_t va = kstack; va < kstack + KSTACK_SIZE; va += PAGE_SIZE) {
		EXPECT_EQ(page_perms(kernel_pgdir, va), PTE_P | PTE_W);
		EXPECT_EQ(page_lookup(kernel_pgdir, va, NULL)->kind, PAGE_STACK);
		EXPECT_EQ(page_lookup(kernel_pgdir, va, NULL)->count, 1);
	}
	memset((void *)kstack, 0x5A, KSTACK_SIZE);
	kstack_free(kstack);
}

KTEST(kstack_has_guards_on_both_sides)
{
	uintptr_t kstack;

	EXPECT_EQ(kstack_alloc(&kstack), 0);
	EXPECT_EQ(page_perms(kernel_pgdir, kstack - PAGE_SIZE), 0);
	EXPECT_EQ(page_perms(kernel_pgdir, kstack + KSTACK_SIZE), 0); // the next one's guard
	EXPECT(kstack_is_guard(kstack - PAGE_SIZE));
	EXPECT(kstack_is_guard(kstack - 1));
	EXPECT(!kstack_is_guard(kstack));
	EXPECT(!kstack_is_guard(kstack + KSTACK_SIZE - 1));
	EXPECT(kstack_is_guard(KSTACKS_BASE + PAGE_SIZE + KSTACK_SIZE));
	EXPECT(!kstack_is_guard(KSTACKS_BASE - 1));
	EXPECT(kstack_is_guard(KSTACKS_BASE));
	EXPECT(!kstack_is_guard(KSTACKS_END - 1));
	EXPECT(!kstack_is_guard(0));
	kstack_free(kstack);
}

// A plain access to the guard page is an ordinary page fault of the kernel. Only an overflowing
// push leaves the processor without a stack to report on.
KTEST(kstack_guard_stops_a_write)
{
	uintptr_t kstack;

	EXPECT_EQ(kstack_alloc(&kstack), 0);
	EXPECT_PANIC(*(volatile char *)(kstack - 1) = 1);
	EXPECT_PANIC(*(volatile char *)(kstack + KSTACK_SIZE) = 1);
	kstack_free(kstack);
}

KTEST(kstack_free_keeps_a_few)
{
	size_t before = test_free_memory();
	uintptr_t kstack[40], again;

	for (size_t i = 0; i < ARRAY_SIZE(kstack); i++) {
		EXPECT_EQ(kstack_alloc(&kstack[i]), 0);
		for (size_t j = 0; j < i; j++)
			EXPECT(kstack[i] != kstack[j]);
	}
	EXPECT_EQ(kstack_pooled_pages(), 0);
	kstack_free(kstack[7]);
	EXPECT_EQ(kstack_pooled_pages(), KSTACK_SIZE / PAGE_SIZE);
	EXPECT_EQ(kstack_alloc(&again), 0);
	EXPECT_EQ(again, kstack[7]);
	for (size_t i = 0; i < ARRAY_SIZE(kstack); i++)
		kstack_free(kstack[i]);
	EXPECT(kstack_pooled_pages() < ARRAY_SIZE(kstack) * KSTACK_SIZE / PAGE_SIZE);
	EXPECT_EQ(test_free_memory(), before);
	page_check();
}

// Allocates stacks until the slots or the pages run out.
KTEST(kstack_alloc_in_exhaustion)
{
	size_t before = test_free_memory(), n = 0, max = 11000;
	uintptr_t *kstack = kmalloc(max * sizeof(*kstack));
	int error = 0;

	while (n < max && !(error = kstack_alloc(&kstack[n])))
		n++;
	EXPECT(n > 100);
	if (error == -EAGAIN)
		EXPECT(n >= 10000);
	EXPECT(error == -EAGAIN || error == -ENOMEM);
	if (error == -ENOMEM)
		EXPECT(page_free_count() < KSTACK_SIZE / PAGE_SIZE);
	EXPECT(kstack_alloc(&kstack[n]) == error);
	kstack_free(kstack[n / 2]);
	EXPECT_EQ(kstack_alloc(&kstack[n / 2]), 0);
	for (size_t i = 1; i < n; i++)
		EXPECT(kstack[i] != kstack[i - 1]);
	while (n)
		kstack_free(kstack[--n]);
	EXPECT_EQ(kstack_alloc(&kstack[0]), 0);
	kstack_free(kstack[0]);
	kfree(kstack);
	EXPECT_EQ(test_free_memory(), before);
	page_check();
}

KTEST(kstack_alloc_without_memory)
{
	uintptr_t kstack, pooled[64];
	struct page_pool saved;
	size_t taken;

	for (taken = 0; kstack_pooled_pages() && taken < ARRAY_SIZE(pooled); taken++)
		EXPECT_EQ(kstack_alloc(&pooled[taken]), 0);
	for (size_t keep = 0; keep < KSTACK_SIZE / PAGE_SIZE; keep++) {
		test_memory_only(&saved, keep);
		EXPECT_EQ(kstack_alloc(&kstack), -ENOMEM);
		EXPECT_EQ(page_free_count(), keep);
		test_memory_back(&saved);
	}
	while (taken)
		kstack_free(pooled[--taken]);
	page_check();
}
