// uffd_fault.c: faults in registered areas. The backend of such an area decides whether the fault
// needs a handler; if not, the ordinary backend of the memory handles it. If so, the fault returns
// to vm/fault.c, which holds no lock any more and calls uffd_sleep: the thread puts itself on the
// context's list, wakes the readers, and sleeps until a wakeup for its page. Then its instruction
// runs again; nothing that was found before the sleep is used after it.
//
//	thread that faults          context                 handler
//	uffd_fault: -ENXIO
//	uffd_sleep ---------------> faults
//	  sleeps                    faults --> sleepers ---> uffd_read: the message
//	                                                    uffd_fill: a page into the entry
//	  runs again <------------- sleepers <------------- uffd_wake
#include "mem/page.h"
#include "thread/thread.h"
#include "vm/area_edit.h"
#include "vm/large.h"
#include "vm/pagetree.h"
#include "vm/uffd_internal.h"

// Who handles a fault in a registered area.
enum verdict {
	ORDINARY, // the backend of the memory
	HANDLER,  // the handler: there is a message
	REFUSED,  // nobody: the program gets SIGBUS
};

page_t *uffd_object_page(const struct area *area, uintptr_t va, bool *beyond)
{
	struct object *obj = area->object;
	uint64_t offset = area->offset + (va - area->start);
	page_t *pp = pagetree_get(&obj->pages, (uint32_t)(offset >> obj->shift));

	assert_mutex_held(&obj->lock);
	if (unlikely(obj->shift != PAGE_SHIFT))
		*beyond = !pp && offset >> obj->shift >= obj->size >> obj->shift;
	else
		*beyond = offset >= obj->size;
	return pp;
}

// Returns the kind of fault (AREA_UFFD_) that an access to `va` is, where the area, which has an object,
// has no page: a minor one if the object has the page; 0 beyond the object's end, and for a large page
// that was taken away for good (PDE_LOST): it is lost to handlers, too, as on Linux. Out of line: private
// memory has no object, and faults faster so. Caller: holds as->lock.
static __noinline uint32_t kind_of_absence(const struct area *area, uintptr_t va)
{
	const page_t *pp;
	bool beyond;

	assert_read_held(&area->as->lock);
	mutex_lock(&area->object->lock);
	pp = uffd_object_page(area, va, &beyond);
	if (area->ops->uncut && (area->as->pgdir[PDX(va)] & PDE_LOST))
		beyond = true;
	mutex_unlock(&area->object->lock);
	return beyond ? 0 : pp ? AREA_UFFD_MINOR : AREA_UFFD_MISSING;
}

// Decide about an access to `va`, which is page-aligned and lies in `area`, a registered area or
// one with marks. `entry`: that of `va`. For HANDLER the flags of the message (UFFD_PAGEFAULT_FLAG_)
// go to *flags. Caller: holds as->lock.
static enum verdict decide(const struct area *area, uintptr_t va, pte_t entry,
                           enum fault_access access, uint32_t *flags)
{
	uint32_t kind = 0;

	assert_read_held(&area->as->lock);
	if (pte_marker(entry) && (entry & PTE_MARKER_POISON))
		return REFUSED;
	if (!area->uffd)
		return ORDINARY;
	if (!pte_has_page(entry))
		kind = area->object ? kind_of_absence(area, va) : AREA_UFFD_MISSING;
	else if (access == ACCESS_WRITE && (entry & PTE_UFFD_WP) &&
	         !uffd_has(area->uffd, UFFD_FEATURE_WP_ASYNC))
		kind = AREA_UFFD_WP;
	if (!(area->flags & kind))
		return ORDINARY;
	*flags = (access == ACCESS_WRITE ? UFFD_PAGEFAULT_FLAG_WRITE : 0) |
	         (kind == AREA_UFFD_WP ? UFFD_PAGEFAULT_FLAG_WP : 0) |
	         (kind == AREA_UFFD_MINOR ? UFFD_PAGEFAULT_FLAG_MINOR : 0);
	return uffd_has(area->uffd, UFFD_FEATURE_SIGBUS) ? REFUSED : HANDLER;
}

// Remove the write-protection of an entry: of a small page whose protection needs no handler, or a
// marker; unless the entry is not `old` any more. Returns 0. Caller: holds as->lock.
static int end_protection(struct aspace *as, uintptr_t va, pte_t old)
{
	pte_t *pte;

	assert_read_held(&as->lock);
	spin_lock(&as->pt_lock);
	pte = pgdir_walk(as->pgdir, va, 0);
	if (pte && *pte == old)
		pte_store(as->pgdir, va, pte, old & ~PTE_UFFD_WP);
	pgdir_trim(as->pgdir, PDX(va));
	spin_unlock(&as->pt_lock);
	return 0;
}

// The first access to a page of private anonymous memory for which `old`, a marker, demands
// write-protection: map the zero page, or a new page of zeroes for a write, write-protected. A
// write then faults once more. Returns 0, -EAGAIN or -ENOMEM. Caller: holds as->lock.
static int map_protected(struct aspace *as, uintptr_t va, pte_t old, enum fault_access access)
{
	page_t *pp = zero_page;
	int error;

	assert_read_held(&as->lock);
	if (access == ACCESS_READ)
		return pte_install(as, va, old, pp, PTE_READABLE | PTE_UFFD_WP);
	error = page_alloc_zeroed(&pp);
	if (error)
		return error;
	error = pte_install(as, va, old, pp, PTE_READABLE | PTE_D | PTE_UFFD_WP);
	if (error)
		page_free(pp);
	return error;
}

// The fault of all registered areas, and of those with marks. In an area that is not registered for
// write-protection any more, as on Linux a marker is removed at the first access, before the handler
// learns of it, and a protected page keeps its mark, which means nothing.
// Caller and results: as struct area_ops says.
static int uffd_fault(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access)
{
	bool protects = area->flags & AREA_UFFD_WP;
	pte_t entry = pte_peek(as, va);
	uint32_t flags;

	assert_read_held(&as->lock);
	if (entry == PTE_MARKER_WP && !protects) {
		(void)end_protection(as, va, entry);
		entry = 0;
	}
	if (decide(area, va, entry, access, &flags) != ORDINARY)
		return -ENXIO;
	if (pte_has_page(entry) && (entry & PTE_UFFD_WP) && access == ACCESS_WRITE && protects)
		return end_protection(as, va, entry);
	if (pte_marker(entry) && !area->object)
		return map_protected(as, va, entry, access);
	return area->ops->plain->fault(as, area, va, access);
}

// Like uffd_fault, for large pages: the ordinary backend knows their markers.
static int uffd_large_fault(struct aspace *as, struct area *area, uintptr_t va,
                            enum fault_access access)
{
	uintptr_t slot = ROUND_DOWN(va, LARGE_SIZE);
	pte_t entry = small_entry(as, slot);
	uint32_t flags;

	assert_read_held(&as->lock);
	if (decide(area, slot, entry, access, &flags) != ORDINARY)
		return -ENXIO;
	if (pte_has_page(entry) && (entry & PTE_UFFD_WP) && access == ACCESS_WRITE &&
	    (area->flags & AREA_UFFD_WP)) {
		uffd_large_protect(as, area, slot, slot + LARGE_SIZE, false);
		return 0;
	}
	return large_fault(as, area, va, access);
}

const struct area_ops uffd_anon_ops = {
	.kind = "anonymous",
	.plain = &anon_ops,
	.fault = uffd_fault,
};

const struct area_ops uffd_object_ops = {
	.kind = "object",
	.plain = &object_ops,
	.fault = uffd_fault,
};

const struct area_ops uffd_large_ops = {
	.kind = "large",
	.plain = &large_ops,
	.fault = uffd_large_fault,
	.uncut = LARGE_SIZE - 1,
	.discard = large_discard,
};

// Put the current thread's fault on the list of its context, unless the entry has got a page, or
// has lost its protection, meanwhile. Under the context's lock: who fills the page wakes after that, with this lock, so
// either the page is seen here, or the fault is seen there. Returns true if it is on the list.
// Caller: holds as->lock; `area` is registered; `fault` lies on the thread's stack.
static bool queue_fault(const struct area *area, struct uffd_fault *fault)
{
	struct uffd *uffd = area->uffd;
	pte_t entry;
	bool queued;

	assert_read_held(&area->as->lock);
	fault->address = fault->va;
	if (!uffd_has(uffd, UFFD_FEATURE_EXACT_ADDRESS))
		fault->address = ROUND_DOWN(fault->va, ops_align(area->ops));
	spin_lock(&uffd->lock);
	entry = uffd_entry(area, fault->va);
	queued = fault->flags & UFFD_PAGEFAULT_FLAG_WP ? entry & PTE_UFFD_WP : !pte_has_page(entry);
	if (queued) {
		list_add_tail(&uffd->faults, &fault->link);
		waitq_wake_all(&uffd->readers);
	}
	spin_unlock(&uffd->lock);
	return queued;
}

// Sleep until the fault, which is on a list of `uffd`, is awake, or until an event that `mode`
// allows. Takes the fault off its list. Returns 0, or -EINTR. Caller: holds no lock.
static int wait_for_wakeup(struct uffd *uffd, struct uffd_fault *fault, enum wait_mode mode)
{
	int error = 0;

	assert_no_lock();
	spin_lock(&uffd->lock);
	while (!fault->awake && !error)
		error = waitq_sleep(&fault->wait, &uffd->lock, mode, NO_DEADLINE);
	list_remove(&fault->link);
	spin_unlock(&uffd->lock);
	return error;
}

// Find out what an access to fault->va needs, and put the fault on the list of its context if the
// handler must act; then stores the context, with a reference, in *store, else NULL. Everything is
// looked up anew, because no lock was held since the fault has found no page.
// Returns FAULT_OK, or FAULT_NO_PAGE if the access has failed. Caller: holds as->lock.
static enum fault_result judge_again(struct aspace *as, struct uffd_fault *fault,
                                     enum fault_access access, bool user, struct uffd **store)
{
	struct area *area = area_of_fault(as, fault->va);
	uintptr_t page = ROUND_DOWN(fault->va, PAGE_SIZE);

	assert_read_held(&as->lock);
	*store = NULL;
	if (!area || !area_admits(area, access))
		return FAULT_OK; // the next fault finds the reason
	switch (area->ops != area->ops->plain ?
	                decide(area, page, uffd_entry(area, page), access, &fault->flags) :
	                ORDINARY) {
	case ORDINARY:
		return area->ops->fault(as, area, page, access) == -ENXIO ? FAULT_NO_PAGE :
		                                                            FAULT_OK;
	case HANDLER:
		if (!user && (area->uffd->flags & UFFD_USER_MODE_ONLY))
			return FAULT_NO_PAGE;
		if (queue_fault(area, fault))
			*store = uffd_get(area->uffd);
		return FAULT_OK;
	default:
		return FAULT_NO_PAGE;
	}
}

// No lock is held during the sleep, and nothing that was found before it is used after it.
enum fault_result uffd_sleep(struct aspace *as, uintptr_t va, enum fault_access access, bool user)
{
	enum fault_result result;
	struct uffd *uffd;

	assert_no_lock();
	if (likely(!as->had_uffds))
		return FAULT_NO_PAGE;
	struct uffd_fault fault = { .link = LIST_INIT(fault.link),
		                    .wait = WAITQ_INIT(fault.wait),
		                    .va = va,
		                    .thread = thread_current() };

	rwlock_read_lock(&as->lock);
	result = judge_again(as, &fault, access, user, &uffd);
	rwlock_read_unlock(&as->lock);
	if (!uffd)
		return result;
	if (wait_for_wakeup(uffd, &fault, user ? WAIT_INTERRUPTIBLE : WAIT_KILLABLE) && !user)
		result = FAULT_NO_PAGE; // the thread must die
	uffd_put(uffd);
	return result;
}

// Wake the faults of a list that lie in [start, start + len); len = 0: all. Caller: holds the lock.
static void wake_list(struct uffd *uffd, struct list *list, uintptr_t start, size_t len)
{
	struct uffd_fault *fault, *after;

	assert_spin_held(&uffd->lock);
	list_for_each_safe(fault, after, list, link) {
		if (len && fault->address - start >= len)
			continue;
		list_remove(&fault->link);
		fault->awake = true;
		waitq_wake_all(&fault->wait);
	}
}

// Also faults whose message nobody has read are woken: their message is void then. A thread that
// still finds no page faults again and sends a new message.
void uffd_wake(struct uffd *uffd, uintptr_t start, size_t len)
{
	spin_lock(&uffd->lock);
	wake_list(uffd, &uffd->faults, start, len);
	wake_list(uffd, &uffd->sleepers, start, len);
	spin_unlock(&uffd->lock);
}

bool uffd_has_message(const struct uffd *uffd)
{
	return !list_empty(&uffd->faults) || !list_empty(&uffd->events);
}

// Write the message of a fault. Caller: holds the lock.
static void describe(const struct uffd *uffd, const struct uffd_fault *fault, struct uffd_msg *msg)
{
	assert_spin_held(&uffd->lock);
	*msg = (struct uffd_msg){ .event = UFFD_EVENT_PAGEFAULT };
	msg->arg.pagefault.flags = fault->flags;
	msg->arg.pagefault.address = fault->address;
	if (uffd_has(uffd, UFFD_FEATURE_THREAD_ID))
		msg->arg.pagefault.feat.ptid = (uint32_t)fault->thread->tid;
}

// Take the message of the first change. Its call continues. Caller: holds the lock; there is one.
static void take_event(struct uffd *uffd, struct uffd_msg *msg, struct uffd **child)
{
	struct uffd_event *event = list_first(&uffd->events, struct uffd_event, link);

	assert_spin_held(&uffd->lock);
	list_remove(&event->link);
	*msg = event->msg;
	*child = event->child;
	event->child = NULL;
	event->read = true;
	waitq_wake_all(&event->wait);
}

// Take the next message, faults first. A fault moves to the sleepers in the same step, so that no
// other reader gets its message. Caller: holds the lock; there is a message.
static void take_message(struct uffd *uffd, struct uffd_msg *msg, struct uffd **child)
{
	struct uffd_fault *fault;

	assert_spin_held(&uffd->lock);
	*child = NULL;
	if (list_empty(&uffd->faults)) {
		take_event(uffd, msg, child);
		return;
	}
	fault = list_first(&uffd->faults, struct uffd_fault, link);
	list_remove(&fault->link);
	list_add_tail(&uffd->sleepers, &fault->link);
	describe(uffd, fault, msg);
}

int uffd_read(struct uffd *uffd, bool nonblock, struct uffd_msg *msg, struct uffd **child)
{
	int error = 0;

	assert_no_lock();
	spin_lock(&uffd->lock);
	while (!uffd_has_message(uffd) && !error)
		error = nonblock ? -EAGAIN :
		                   waitq_sleep(&uffd->readers, &uffd->lock, WAIT_INTERRUPTIBLE,
		                               NO_DEADLINE);
	if (!error)
		take_message(uffd, msg, child);
	spin_unlock(&uffd->lock);
	return error == -EINTR ? -ERESTARTSYS : error;
}
