// kstack.c: kernel stacks stand side by side above KSTACKS_BASE, each in a slot of one guard page
// and the stack. Freed ones are kept, mapped, on a short list, because fork needs one at once and
// exit gives one back.
#include "thread/kstack.h"

#include "cpu/spinlock.h"
#include "mem/pgdir.h"
#include "thread/thread.h"

#define KSTACK_PAGES (KSTACK_SIZE / PAGE_SIZE)
#define SLOT_SIZE (PAGE_SIZE + KSTACK_SIZE)
#define SLOTS 4096u
#define POOL_MAX 16u

_Static_assert(KSTACKS_BASE + SLOTS * SLOT_SIZE <= KSTACKS_END, "slots outgrow their region");

static struct spinlock kstack_lock = SPINLOCK_INIT("kstack", RANK_KSTACK);

// All guarded by kstack_lock.
static uintptr_t pool[POOL_MAX]; // mapped stacks that nobody uses
static size_t pool_count;
static uint16_t free_slots[SLOTS]; // slots that were used and are unmapped now
static size_t free_slot_count;
static size_t slots_used; // slots from here on were never used

static uintptr_t slot_stack(size_t slot)
{
	return KSTACKS_BASE + slot * SLOT_SIZE + PAGE_SIZE;
}

static void unmap_stack(uintptr_t kstack)
{
	for (size_t i = 0; i < KSTACK_PAGES; i++)
		page_remove(kernel_pgdir, kstack + i * PAGE_SIZE);
}

// Map fresh pages at `kstack`. The tables are there since boot, so only pages can be missing.
static int map_stack(uintptr_t kstack)
{
	for (size_t i = 0; i < KSTACK_PAGES; i++) {
		page_t *pp;
		int error = page_alloc(&pp);

		if (error) {
			unmap_stack(kstack);
			return error;
		}
		pp->kind = PAGE_STACK;
		page_insert(kernel_pgdir, pp, kstack + i * PAGE_SIZE, PTE_W);
	}
	return 0;
}

// A slot without a mapped stack. Caller: holds kstack_lock.
static int take_slot(size_t *slot_store)
{
	if (free_slot_count)
		*slot_store = free_slots[--free_slot_count];
	else if (slots_used < SLOTS)
		*slot_store = slots_used++;
	else
		return -EAGAIN;
	return 0;
}

int kstack_alloc(uintptr_t *store)
{
	size_t slot;
	int error;

	spin_lock(&kstack_lock);
	if (pool_count) {
		*store = pool[--pool_count];
		spin_unlock(&kstack_lock);
		return 0;
	}
	error = take_slot(&slot);
	if (!error) {
		*store = slot_stack(slot);
		error = map_stack(*store);
		if (error)
			free_slots[free_slot_count++] = (uint16_t)slot;
	}
	spin_unlock(&kstack_lock);
	return error;
}

void kstack_free(uintptr_t kstack)
{
	spin_lock(&kstack_lock);
	if (pool_count < POOL_MAX) {
		pool[pool_count++] = kstack;
	} else {
		unmap_stack(kstack);
		free_slots[free_slot_count++] = (uint16_t)((kstack - KSTACKS_BASE) / SLOT_SIZE);
	}
	spin_unlock(&kstack_lock);
}

size_t kstack_pooled_pages(void)
{
	return pool_count * KSTACK_PAGES;
}

bool kstack_is_guard(uintptr_t va)
{
	return va >= KSTACKS_BASE && va < KSTACKS_BASE + SLOTS * SLOT_SIZE &&
	       (va - KSTACKS_BASE) % SLOT_SIZE < PAGE_SIZE;
}
