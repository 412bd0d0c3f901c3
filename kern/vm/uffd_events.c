// uffd_events.c: messages about changes of mappings: fork, mremap, munmap and similar, MADV_DONTNEED
// and similar. The call that changes something waits until the handler has read its message: so the
// handler knows of the change before anything else happens there.
#include "mem/heap.h"
#include "thread/thread.h"
#include "thread/yield.h"
#include "vm/area_edit.h"
#include "vm/uffd_internal.h"

// Collect a message for `uffd`, with `child` for a fork. Consumes the caller's reference on `child`,
// unless it fails. Returns 0 or -ENOMEM.
static int collect(struct list *events, struct uffd *uffd, struct uffd *child,
                   const struct uffd_msg *msg)
{
	struct uffd_event *event = kzalloc(sizeof(*event));

	if (!event)
		return -ENOMEM;
	event->uffd = uffd_get(uffd);
	event->child = child;
	event->msg = *msg;
	list_init(&event->link);
	waitq_init(&event->wait);
	list_add_tail(events, &event->order);
	__atomic_add_fetch(&uffd->changing, 1, __ATOMIC_RELAXED);
	return 0;
}

// Free an event that is on no list.
static void event_free(struct uffd_event *event)
{
	__atomic_sub_fetch(&event->uffd->changing, 1, __ATOMIC_RELAXED);
	uffd_put(event->uffd);
	kfree(event);
}

// About how many instructions it takes to look at an event.
#define EVENT_COST 6

// Returns the collected event of `uffd` of this kind (UFFD_EVENT_) that begins at `start`, or NULL.
// Counts its steps, for the yields of callers that go through all areas.
static struct uffd_event *find_event(struct list *events, const struct uffd *uffd, int kind,
                                     uint64_t start)
{
	struct uffd_event *event;

	list_for_each(event, events, order) {
		(void)yield_due(EVENT_COST);
		if (event->uffd == uffd && event->msg.event == kind &&
		    event->msg.arg.remove.start == start)
			return event;
	}
	return NULL;
}

// A context with several areas in the range gets one message.
int uffd_collect_unmap(struct list *events, struct aspace *as, uintptr_t start, uintptr_t end)
{
	struct uffd_msg msg = { .event = UFFD_EVENT_UNMAP };
	const struct area *area = area_find_from(&as->areas, start);
	int error = 0;

	assert_read_held(&as->lock);
	msg.arg.remove.start = start;
	msg.arg.remove.end = end;
	for (; as->uffds && area && area->start < end && !error;
	     area = area_next(&as->areas, area)) {
		if (area->uffd && uffd_has(area->uffd, UFFD_FEATURE_EVENT_UNMAP) &&
		    !find_event(events, area->uffd, UFFD_EVENT_UNMAP, start))
			error = collect(events, area->uffd, NULL, &msg);
		(void)yield_after(AREA_COST);
	}
	return error;
}

int uffd_collect_remap(struct list *events, struct area *area, uintptr_t from, size_t len)
{
	struct uffd_msg msg = { .event = UFFD_EVENT_REMAP };

	assert_only_spinlock(NULL);
	if (!uffd_has(area->uffd, UFFD_FEATURE_EVENT_REMAP)) {
		uffd_forget(area);
		return 0;
	}
	msg.arg.remap.from = from;
	msg.arg.remap.to = area->start;
	msg.arg.remap.len = len;
	return collect(events, area->uffd, NULL, &msg);
}

// Returns the context of the child's space that stands for `uffd`: a collected one, or a new one.
// NULL: out of memory.
static struct uffd *child_context(struct list *events, struct uffd *uffd, struct aspace *copy)
{
	struct uffd_event *event = find_event(events, uffd, UFFD_EVENT_FORK, 0);
	struct uffd_msg msg = { .event = UFFD_EVENT_FORK };
	struct uffd *child;

	if (event)
		return event->child;
	child = uffd_create(copy, uffd->flags);
	if (!child)
		return NULL;
	child->features = uffd->features;
	if (!collect(events, uffd, child, &msg))
		return child;
	uffd_put(child);
	return NULL;
}

int uffd_collect_fork(struct list *events, struct area *twin, struct aspace *copy)
{
	struct uffd *uffd = twin->uffd, *child;

	assert_only_spinlock(NULL);
	if (!uffd_has(uffd, UFFD_FEATURE_EVENT_FORK)) {
		uffd_forget(twin);
		return 0;
	}
	child = child_context(events, uffd, copy);
	if (!child)
		return -ENOMEM;
	twin->uffd = uffd_get(child);
	uffd_put(uffd);
	return 0;
}

// Put the message on the context's list, and wait until a reader has taken it. If nobody will, a
// fork's child loses its registrations: its context would have no descriptor.
static void send(struct uffd_event *event)
{
	struct uffd *uffd = event->uffd;
	int error = 0;

	spin_lock(&uffd->lock);
	list_add_tail(&uffd->events, &event->link);
	waitq_wake_all(&uffd->readers);
	while (!event->read && !uffd->closed && !error)
		error = waitq_sleep(&event->wait, &uffd->lock, WAIT_KILLABLE, NO_DEADLINE);
	list_remove(&event->link);
	spin_unlock(&uffd->lock);
	if (event->child)
		uffd_close(event->child);
	event_free(event);
}

void uffd_send(struct list *events)
{
	assert_no_lock();
	while (!list_empty(events)) {
		struct uffd_event *event = list_first(events, struct uffd_event, order);

		list_remove(&event->order);
		send(event);
	}
}

// The child's context may still have areas, which end with its space.
void uffd_cancel_after(struct list *events, const struct list *last)
{
	assert_only_spinlock(NULL);
	while (events->prev != last) {
		struct uffd_event *event = list_entry(events->prev, struct uffd_event, order);

		list_remove(&event->order);
		if (event->child)
			uffd_put(event->child);
		event_free(event);
	}
}

// The messages are collected area by area: between two of them no lock is held.
int uffd_send_remove(struct aspace *as, uintptr_t start, uintptr_t end,
                     int (*check)(const struct area *area, int advice), int advice)
{
	struct list events = LIST_INIT(events);
	int error = 0;

	assert_no_lock();
	while (as->uffds && start < end && !error) {
		struct uffd_msg msg = { .event = UFFD_EVENT_REMOVE };
		const struct area *area;

		rwlock_read_lock(&as->lock);
		area = area_find_from(&as->areas, start);
		if (area && area->start < end && !check(area, advice)) {
			msg.arg.remove.start = MAX(start, area->start);
			msg.arg.remove.end = start = MIN(area->end, end);
		} else {
			area = NULL;
			start = end;
		}
		if (area && area->uffd && uffd_has(area->uffd, UFFD_FEATURE_EVENT_REMOVE))
			error = collect(&events, area->uffd, NULL, &msg);
		rwlock_read_unlock(&as->lock);
		uffd_send(&events);
		(void)yield_after(AREA_COST);
	}
	return error;
}
