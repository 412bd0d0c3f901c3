// kstack.c: kernel stacks lie side by side from KSTACKS_BASE up, each in a slot of one guard page
// and the stack. Some freed stacks stay mapped in a small pool, because fork needs a stack at once
// and exit frees one.
#include "thread/kstack.h"

#include "bitmap.h"
#include "cpu/spinlock.h"
#include "cpu/trap.h"
#include "cpu/x86.h"
#include "debug/panic.h"
#include "mem/pgdir.h"
#include "thread/thread.h"

#define KSTACK_PAGES (KSTACK_SIZE / PAGE_SIZE)
#define SLOT_SIZE (PAGE_SIZE + KSTACK_SIZE)
#define SLOTS ((KSTACKS_END - KSTACKS_BASE) / SLOT_SIZE)
#define POOL_MAX 16u

_Static_assert(SLOTS >= 10000, "there can be 10,000 processes, if memory allows");

static struct spinlock kstack_lock = SPINLOCK_INIT("kstack", RANK_KSTACK);

// All guarded by kstack_lock.
static uintptr_t pool[POOL_MAX]; // mapped stacks that are free
static size_t pool_count;
static uint32_t slots_taken[BITMAP_WORDS(SLOTS)]; // slots with a mapped stack, pooled ones too
static size_t slots_from;                         // all slots below are taken

// Returns the lowest address of the stack in a slot.
static uintptr_t slot_stack(size_t slot)
{
	return KSTACKS_BASE + slot * SLOT_SIZE + PAGE_SIZE;
}

// Unmap a stack, as far as it is mapped; each page loses its last reference and is freed.
static void unmap_stack(uintptr_t kstack)
{
	for (size_t i = 0; i < KSTACK_PAGES; i++)
		page_remove(kernel_pgdir, kstack + i * PAGE_SIZE);
}

// Map new pages at `kstack`. The page tables exist since boot, so only pages can be missing.
// Returns 0, or -ENOMEM with nothing mapped.
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

// Take the lowest free slot. Caller: holds kstack_lock. Returns 0 with the slot in *slot_store, or
// -EAGAIN if all are taken.
static int take_slot(size_t *slot_store)
{
	size_t slot = bitmap_next_absent(slots_taken, slots_from, SLOTS);

	assert_spin_held(&kstack_lock);
	slots_from = slot;
	if (slot == SLOTS)
		return -EAGAIN;
	bitmap_add(slots_taken, slot);
	*slot_store = slot;
	return 0;
}

// Free a slot whose stack is not mapped. Caller: holds kstack_lock.
static void free_slot(size_t slot)
{
	assert_spin_held(&kstack_lock);
	bitmap_remove(slots_taken, slot);
	slots_from = MIN(slots_from, slot);
}

// A stack of the pool is used first. Its contents are those of the last thread; prepare_stack
// writes all that a new thread reads.
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
			free_slot(slot);
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
		free_slot((kstack - KSTACKS_BASE) / SLOT_SIZE);
	}
	spin_unlock(&kstack_lock);
}

size_t kstack_pooled_pages(void)
{
	return pool_count * KSTACK_PAGES;
}

size_t kstack_max(void)
{
	return SLOTS;
}

bool kstack_is_guard(uintptr_t va)
{
	return va >= KSTACKS_BASE && va < KSTACKS_BASE + SLOTS * SLOT_SIZE &&
	       (va - KSTACKS_BASE) % SLOT_SIZE < PAGE_SIZE;
}

void kstack_report_overflow(const struct trapframe *frame)
{
	const struct thread *thread = thread_current();
	uintptr_t va = read_cr2();

	// If the victim is a program, CR2 is only left over from an earlier page fault.
	if (!trap_victim_is_user(frame) && kstack_is_guard(va))
		panic_frame(frame,
		            "kernel stack overflow: thread %s (%d) ran into its guard page at %#x",
		            thread->name, thread->tid, va);
}
