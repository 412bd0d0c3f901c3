// trace_rest.c: the grader's operations on what a function owes besides its result: the locks that
// it takes and releases, the pins that it drops, the work that it counts (thread/yield.h).
#include "vm/test/trace_vm.h"

#include "thread/thread.h"
#include "thread/yield.h"
#include "trace/trace.h"
#include "vm/uaccess.h"

#define WORK_START 0x40000000 // more than any operation counts

static uint32_t pins_before; // the kernel has pinned pages for good, such as the zero page

// Returns how many pins all pages have.
static uint32_t all_pins(void)
{
	uint32_t pins = 0;

	for (size_t i = 0; i < page_total; i++)
		if (pages[i].kind != PAGE_FREE)
			pins += pages[i].pins;
	return pins;
}

void trace_note_pins(void)
{
	pins_before = all_pins();
}

// rest: reports how many locks of spaces are held, and how many pins the pages have more than they
// had at `spaces`.
TRACE_OP(rest)
{
	uint32_t held = 0;

	for (uint32_t number = 0; number < TRACE_SPACES; number++) {
		const struct aspace *as = trace_space(number);

		if (as)
			held += (as->lock.state != 0) + (as->pt_lock.locked != 0);
	}
	trace_value(held);
	trace_value(all_pins() - pins_before);
}

// work: reports how much work has been counted since the last `work`.
TRACE_OP(work)
{
	trace_value((uint32_t)(WORK_START - this_cpu()->work_left));
	this_cpu()->work_left = WORK_START;
}

// killed ON LEFT: with ON let the running thread be one that must die, and let it yield when more than
// LEFT work has been counted; without, let it be as before.
TRACE_OP(killed)
{
	struct thread *thread = thread_current();

	if (args[0]) {
		thread->work |= WORK_KILL;
		this_cpu()->work_left = (int32_t)args[1];
	} else {
		thread->work &= ~WORK_KILL;
		this_cpu()->work_left = WORK_START;
	}
}

// A copy to or from an address of the kernel's where nothing is.
#define NOWHERE ((void *)0x1000)

struct bad_copy {
	uint32_t kind; // 0: copyin_partial, 1: copyout_partial, 2: copyinstr
	struct aspace *as;
	uintptr_t va;
};

static void copy_nowhere(void *arg)
{
	const struct bad_copy *copy = arg;
	void __user *user = (__force void __user *)copy->va;

	if (copy->kind == 0)
		(void)copyin_partial(copy->as, NOWHERE, user, 16);
	else if (copy->kind == 1)
		(void)copyout_partial(copy->as, user, NOWHERE, 16);
	else if (copyinstr(copy->as, NOWHERE, (const char __user *)user, 16))
		return;
}

// pinned KIND S VA: copy 16 bytes between the page at VA and an address of the kernel's where nothing
// is: the copy must fault there. Reports whether it did, and how many pins the page had then.
TRACE_OP(pinned)
{
	struct bad_copy copy = { args[0], trace_space(args[1]), args[2] };
	page_t *pp = copy.as ? trace_mapped(copy.as, args[2]) : NULL;

	if (!pp)
		return;
	trace_value(trace_catch(copy_nowhere, &copy).faulted);
	trace_value(pp->pins);
	while (pp->pins)
		page_unpin(pp);
}

// A thread that holds a space's lock for writing for a while.
static struct {
	struct aspace *as;
	volatile uint32_t step; // 1: it holds the lock; 2: it is about to release it; 3: it has ended
} writer;

static void hold_lock(void *arg)
{
	(void)arg;
	rwlock_write_lock(&writer.as->lock);
	writer.step = 1;
	for (int i = 0; i < 3; i++)
		thread_yield();
	writer.step = 2;
	rwlock_write_unlock(&writer.as->lock);
	writer.step = 3;
}

// locked_out S VA: call user_mem_check for the byte at VA while another thread holds the space's lock
// for writing. Reports whether the call has waited for the lock.
TRACE_OP(locked_out)
{
	struct aspace *as = trace_space(args[0]);
	struct thread *thread;

	writer.as = as;
	writer.step = 0;
	if (!as || thread_create(&thread, "writer", hold_lock, NULL))
		return;
	thread_start(thread);
	while (writer.step < 1)
		thread_yield();
	(void)user_mem_check(as, (__force const void __user *)args[1], 1, PTE_U, NULL);
	trace_value(writer.step >= 2);
	while (writer.step < 3)
		thread_yield();
}
