// uffd.c: the life of userfaultfd's contexts. A context knows its space without a reference: the
// descriptor may be open in another process, and must not keep the memory of a process that has
// ended. So the space keeps a list of its contexts, and when it ends they forget it.
#include "vm/uffd.h"

#include "mem/heap.h"
#include "thread/thread.h"
#include "thread/yield.h"

// Guards uffd->as and the lists of contexts of all spaces.
static struct spinlock spaces_lock = SPINLOCK_INIT("userfaultfd's spaces", RANK_UFFD);

static struct list all = LIST_INIT(all); // all contexts

struct uffd *uffd_create(struct aspace *as, uint32_t flags)
{
	struct uffd *uffd = kzalloc(sizeof(*uffd));

	if (!uffd)
		return NULL;
	uffd->refs = 1;
	spin_init(&uffd->lock, "userfaultfd", RANK_UFFD);
	uffd->flags = flags;
	list_init(&uffd->faults);
	list_init(&uffd->sleepers);
	list_init(&uffd->events);
	waitq_init(&uffd->readers);
	spin_lock(&spaces_lock);
	uffd->as = as;
	uffd->next = as->uffds;
	uffd->link = &as->uffds;
	if (uffd->next)
		uffd->next->link = &uffd->next;
	as->uffds = uffd;
	as->had_uffds = true;
	list_add_tail(&all, &uffd->all_link);
	spin_unlock(&spaces_lock);
	return uffd;
}

// Remove a context from its space's list, if the space lives. Caller: holds spaces_lock.
static void leave_space(struct uffd *uffd)
{
	assert_spin_held(&spaces_lock);
	if (!uffd->as)
		return;
	*uffd->link = uffd->next;
	if (uffd->next)
		uffd->next->link = uffd->link;
	uffd->as = NULL;
}

// A sleeping thread has a reference on the context, so no fault is left here.
void uffd_put(struct uffd *uffd)
{
	assert_only_spinlock(NULL);
	if (__atomic_sub_fetch(&uffd->refs, 1, __ATOMIC_ACQ_REL))
		return;
	assert(list_empty(&uffd->faults) && list_empty(&uffd->sleepers));
	spin_lock(&spaces_lock);
	leave_space(uffd);
	list_remove(&uffd->all_link);
	spin_unlock(&spaces_lock);
	kfree(uffd);
}

// Log the faults of a list. `what` says what became of their messages.
static void report(const struct list *faults, const char *what)
{
	const struct uffd_fault *fault;

	list_for_each(fault, faults, link)
		printk(LOG_EMERG,
		       "deadlock: thread %d waits for a handler of its fault at %#x: %s\n",
		       fault->thread->tid, fault->va, what);
}

// Nothing else runs, so no lock is needed.
void uffd_report(void)
{
	const struct uffd *uffd;

	list_for_each(uffd, &all, all_link) {
		report(&uffd->faults, "nobody has read the message");
		report(&uffd->sleepers,
		       "the message was read, but nobody has filled the page and woken it");
	}
}

// The space may have lost its last reference, and wait for spaces_lock in uffd_space_ends: a count
// of 0 must not be raised again.
struct aspace *uffd_space_get(struct uffd *uffd)
{
	struct aspace *as;
	uint32_t refs;

	spin_lock(&spaces_lock);
	as = uffd->as;
	refs = as ? __atomic_load_n(&as->refs, __ATOMIC_RELAXED) : 0;
	while (refs && !__atomic_compare_exchange_n(&as->refs, &refs, refs + 1, true,
	                                            __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		continue;
	spin_unlock(&spaces_lock);
	return refs ? as : NULL;
}

#define LEAVE_EACH 1000 // contexts that leave a space between two yields

void uffd_space_ends(struct aspace *as)
{
	assert_no_lock();
	while (as->uffds) {
		spin_lock(&spaces_lock);
		for (int i = 0; as->uffds && i < LEAVE_EACH; i++)
			leave_space(as->uffds);
		spin_unlock(&spaces_lock);
		(void)yield_after(LEAVE_EACH * 20);
	}
}
