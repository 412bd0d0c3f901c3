// uffd.h: the core of userfaultfd(2): a program handles its own page faults. A context (struct
// uffd) is what a userfaultfd descriptor refers to. Areas are registered with it. A fault in a
// registered area whose page is missing becomes a message: the thread sleeps, another one reads
// the message, fills the page, and wakes the sleeper, which runs its instruction again.
//
// A registered area has a backend of its own (uffd_fault.c), which decides first and calls the
// ordinary backend then. So faults in other areas cost nothing more.
#pragma once

#include "cpu/spinlock.h"
#include "thread/waitq.h"
#include "vm/aspace.h"
#include <abi/userfaultfd.h>

// [c] constant   [l] lock   [a] atomic   [u] the lock of all contexts' spaces (uffd.c)
struct uffd {
	uint32_t refs;        // [a] the descriptor, areas, sleeping threads
	struct spinlock lock; // RANK_UFFD
	uint32_t flags;       // [c] of the descriptor: UFFD_USER_MODE_ONLY, O_NONBLOCK, O_CLOEXEC
	bool closed;          // [l] the descriptor is closed: nobody reads messages any more
	uint32_t features;    // [a] UFFD_FEATURE_ bits and UFFD_READY; 0 before the handshake
	uint32_t changing;    // [a] changes of mappings that wait until their messages are read
	struct aspace *as;    // [u] the space whose areas it may have; NULL: that has ended
	struct uffd *next;    // [u] the next context of the same space
	struct list all_link; // [u] on the list of all contexts
	struct uffd **link;   // [u] the word that names this one: as->uffds, or another's `next`
	struct list faults;   // [l] struct uffd_fault: nobody has read the message
	struct list sleepers; // [l] struct uffd_fault: read; the thread waits for a wakeup
	struct list events;   // [l] struct uffd_event: changes whose messages nobody has read
	struct waitq readers; // threads that read or poll
};

#define UFFD_READY 0x80000000u // the handshake (UFFDIO_API) is done

// A thread that sleeps in a fault. It lies on that thread's stack.
struct uffd_fault {
	struct list link;            // [l] on one of the context's lists
	bool awake;                  // [l] a wakeup has come, and the fault is on no list
	uintptr_t va;                // [c] the address that was accessed
	uintptr_t address;           // [c] its page's, or `va` with UFFD_FEATURE_EXACT_ADDRESS
	uint32_t flags;              // [c] UFFD_PAGEFAULT_FLAG_ bits
	const struct thread *thread; // [c]
	struct waitq wait;           // the sleeper
};

// A change of mappings, whose message a call sends when it has made the change.
struct uffd_event {
	struct list order;   // on the list of the call
	struct list link;    // [l] on the context's list
	struct uffd *uffd;   // [c] a reference
	struct uffd *child;  // [l] UFFD_EVENT_FORK: the child's context, a reference; or NULL
	struct uffd_msg msg; // [c]
	bool read;           // [l]
	struct waitq wait;   // the call waits here
};

// Log the faults that wait for a handler: the machine waits for ever. Takes no lock but the log's.
// Caller: the idle thread, when no other can run.
void uffd_report(void);

// Make a context for the faults of `as`, with one reference, the caller's; `flags` are the
// descriptor's (struct uffd). It takes no reference on `as`, and forgets it when the space ends
// (uffd_space_ends). Returns NULL if out of memory. Takes a spinlock of RANK_UFFD.
struct uffd *uffd_create(struct aspace *as, uint32_t flags);

// Take a reference on a context. Returns it.
static inline struct uffd *uffd_get(struct uffd *uffd)
{
	__atomic_add_fetch(&uffd->refs, 1, __ATOMIC_RELAXED);
	return uffd;
}

// Drop a reference; the last one takes the context off its space's list and frees it. Caller: holds
// no spinlock.
void uffd_put(struct uffd *uffd);

// Returns the space of the context with a new reference, which the caller drops by aspace_put, with
// no lock held; NULL if the space has ended, or is about to.
struct aspace *uffd_space_get(struct uffd *uffd);

// Let all contexts of `as`, whose last reference is gone, forget it: uffd_space_get returns NULL
// from now on. The contexts stay with their holders. Yields. Caller: holds no lock.
void uffd_space_ends(struct aspace *as);

// Register the areas of [start, end), page-aligned, of `as`, the context's space, for faults of the
// kinds `modes` (AREA_UFFD_ bits, at least one), which replace earlier kinds. Holes are passed
// over. An area that is registered for all of `modes` stays as it is. Each area takes a reference
// on `uffd`. Stores in *large_store whether there are large pages among the areas; it is undefined
// after an error. Sleeps and yields. (uffd_register.c)
// Returns 0; at the first area with such a reason, with nothing changed: -EINVAL if its kind of
// memory does not have such faults, or if the range would cut a large page; -EPERM for a shared
// mapping that can never be writable; -EBUSY for an area of another context. -EINVAL without any
// area; -ENOMEM, or -EINTR if the thread is killed, both perhaps with a part registered.
// Caller: holds no lock.
int uffd_attach_range(struct uffd *uffd, struct aspace *as, uintptr_t start, uintptr_t end,
                      uint32_t modes, bool *large_store);

// End the registration of all areas in [start, end), page-aligned, of `as`, the context's space,
// and wake who sleeps there, also after an error. Areas that are not registered stay.
// Write-protection ends, poison stays. Sleeps and yields. Caller: holds no lock.
// Returns 0; -EINVAL, with nothing changed, without any area, for an area of another context or one
// that cannot be registered, or if the range would cut a large page; -ENOMEM, or -EINTR if the
// thread is killed, both perhaps with a part done.
int uffd_detach_range(struct uffd *uffd, struct aspace *as, uintptr_t start, uintptr_t end);

// End all registrations with the context, because its descriptor is closed; wake every sleeper, and
// every call whose message nobody has read; and drop the descriptor's reference. Sleeps and yields.
// Caller: holds no lock.
void uffd_close(struct uffd *uffd);

// End the registration of `area`, which is registered and in no tree yet, or whose space nobody
// else uses, and drop its reference on the context, which may free that. Its entries stay; with
// AREA_MARKED also its backend, which looks for marks. Caller: holds no spinlock. (uffd_register.c)
void uffd_forget(struct area *area);

// Find out what an access to `va`, any user address, for which the area's backend has found no
// page, needs. If the area is registered and its handler must act, send the message and sleep until
// the handler has acted. In a space that never had a context the access has failed. `user`: the
// program itself has faulted, and any signal ends the sleep; else a copy of the kernel, which only
// death interrupts. (uffd_fault.c)
// Returns FAULT_OK if the access may be tried again, also after a signal, or if no area admits it:
// the next fault finds the reason. FAULT_NO_PAGE if it has failed; without `user` also if the
// thread must die, or if the context is for the program's own faults (UFFD_USER_MODE_ONLY).
// Caller: holds no lock.
enum fault_result uffd_sleep(struct aspace *as, uintptr_t va, enum fault_access access, bool user);

// Wake the threads that sleep in faults of the context whose messages have an address in [start,
// start + len), in bytes; len = 0: all of them. Each then tries its access again. Messages of
// theirs that nobody has read are void. Takes uffd->lock.
void uffd_wake(struct uffd *uffd, uintptr_t start, size_t len);

// Take the next message, faults first, and store it in *msg. A fault's thread sleeps on, until
// uffd_wake; a change's call goes on. Sleeps until there is a message, unless `nonblock`. For
// UFFD_EVENT_FORK, *child is the context of the child's space, with a reference, the caller's, for
// a new descriptor; else NULL. Caller: holds no lock.
// Returns 0; -EAGAIN if there is none and `nonblock`; -ERESTARTSYS if a signal ends the sleep. On
// an error nothing is stored.
int uffd_read(struct uffd *uffd, bool nonblock, struct uffd_msg *msg, struct uffd **child);

// Returns true if there is a message to read: of a fault, or of a change. May be called with or
// without uffd->lock; without it the answer may be wrong at once.
bool uffd_has_message(const struct uffd *uffd);

// The ways to fill pages, and what a fill is about.
enum uffd_fill_kind {
	UFFD_COPY,     // a copy of memory of the current space
	UFFD_ZEROPAGE, // zeroes
	UFFD_CONTINUE, // the page that the object has
	UFFD_POISON,   // no page: an access fails
};

struct uffd_fill {
	enum uffd_fill_kind kind;
	uintptr_t start; // [start, start + len) in the context's space, multiples of PAGE_SIZE
	size_t len;
	uintptr_t source; // UFFD_COPY: where the bytes are
	bool protect;     // write-protect the pages
};

// Fill the pages of a range of `as`, the context's space, which lies in one registered area, from
// its start on. Each page becomes visible whole or not at all. Wakes nobody (uffd_wake). Sleeps and
// yields. (uffd_fill.c) Caller: holds no lock; holds a reference on `as`.
// Returns how many bytes were filled before the first page that could not be, or before the thread
// was killed. If not even the first page could be filled: -ENOENT if the range is not in one
// registered area; -EAGAIN while mappings change; -EINVAL if the area does not have such fills, for
// parts of large pages, or for UFFD_CONTINUE of small pages beyond the end of a file; -EFAULT else
// beyond the end, if the source cannot be read, or if UFFD_CONTINUE finds no page; -EEXIST if a
// page is there (also a marker, for UFFD_POISON and for zeroes in private memory), or if no large
// page is left; -ENOMEM; -EINTR. On an error no reservation of large pages has changed.
ssize_t uffd_fill(struct uffd *uffd, struct aspace *as, const struct uffd_fill *fill);

// Write-protect the pages of [start, start + len), page-aligned, in bytes, of `as`, the context's
// space, or (`protect` false) end that. Holes are passed over. Pages that are not there get a
// marker, except in anonymous memory without UFFD_FEATURE_WP_UNPOPULATED. Wakes nobody (uffd_wake).
// Sleeps and yields; a killed thread completes the work. (uffd_protect.c)
// Returns 0; -EAGAIN, with nothing changed, while mappings change; -ENOENT at the first area that
// is not registered for write-protection, or without any area; -EINVAL at the first one whose large
// pages the range would cut; -ENOMEM. On an error the areas below have changed.
// Caller: holds no lock; holds a reference on `as`.
int uffd_protect(struct uffd *uffd, struct aspace *as, uintptr_t start, size_t len, bool protect);

// Move the pages of [from, from + len) to [to, to + len), page-aligned, in bytes, in `as`, the
// context's space: the entries move, nothing is copied, and write-protection ends. Each range lies
// in one area of private anonymous memory; the target is registered with `uffd`, and has no pages.
// `holes`: addresses without a page are passed over. Wakes nobody (uffd_wake). Sleeps and yields.
// (uffd_move.c)
// Returns how many bytes have moved before the first page that could not, or before the thread was
// killed; or, if that is the first of all: -ENOENT if nothing is mapped at one of the addresses, or
// at a hole without `holes`; -EAGAIN while mappings change; -EINVAL if the areas are others, not
// writable, or differ in protection or mlock(); -EEXIST if a page or a marker is at the target;
// -EBUSY for a page that is not exclusively owned; -EFAULT for a marker; -ENOMEM.
// Caller: holds no lock; runs in `as`.
ssize_t uffd_move(struct uffd *uffd, struct aspace *as, uintptr_t to, uintptr_t from, size_t len,
                  bool holes);

// Messages about changes of mappings (uffd_events.c). A call collects its messages while it makes
// the change, and sends them when it holds no lock any more. From the collection until the message
// is read, the context's fills are refused (-EAGAIN): they could meet the old mappings.

// Append to `events` a message about the unmapping of [start, end), page-aligned, for each context
// that has an area there and wants one; one message for each context. The caller then unmaps, and
// sends the messages when it holds no lock any more (uffd_send), or cancels them (uffd_cancel,
// uffd_cancel_after). Until then each holds a reference on its context, which refuses fills.
// Yields. Caller: holds as->lock, and no other lock.
// Returns 0; -ENOMEM, perhaps with some collected: the caller makes no change, and cancels.
int uffd_collect_unmap(struct list *events, struct aspace *as, uintptr_t start, uintptr_t end);

// Append to `events` a message that memory moves by mremap() from [from, from + len), in bytes, to
// area->start, if the context of `area` wants one; else end the registration (uffd_forget), without
// a message. `area` is the area at the new place: registered, in no tree yet. The caller sends the
// message when it holds no lock any more (uffd_send), or cancels it if nothing moves
// (uffd_cancel_after). Until then it holds a reference on the context, which refuses fills.
// Caller: holds no spinlock. Returns 0; -ENOMEM with nothing changed.
int uffd_collect_remap(struct list *events, struct area *area, uintptr_t from, size_t len);

// If the context of `twin` wants to know of forks, register `twin` with the child's context
// instead, which is made at the first area, with its message appended to `events`; else end the
// twin's registration. `twin` is in no tree yet, a copy of a registered area for `copy`, the space
// of a fork's child. The caller sends the messages when it holds no lock any more (uffd_send), or
// cancels them. Caller: holds no spinlock.
// Returns 0; -ENOMEM, with the twin registered as before.
int uffd_collect_fork(struct list *events, struct area *twin, struct aspace *copy);

// Send the collected messages one by one, in their order, and sleep until each is read, its
// descriptor is closed, or the thread is killed. The child of a fork whose message nobody reads
// loses its registrations. The list is empty afterwards, and the references are dropped. Sleeps and
// yields. Caller: holds no lock.
void uffd_send(struct list *events);

// Forget the messages collected after `last`, a link of the list or its head, because their change
// was not made: free them, and drop their references. Caller: holds no spinlock.
void uffd_cancel_after(struct list *events, const struct list *last);

// Forget all collected messages, perhaps none, because no change was made. Caller: holds no
// spinlock.
static inline void uffd_cancel(struct list *events)
{
	assert_only_spinlock(NULL);
	uffd_cancel_after(events, events);
}

// Send a message for each area of [start, end), page-aligned, whose context wants to know, before
// the caller removes pages there (MADV_DONTNEED and similar), and sleep as uffd_send does. Holes
// are passed over. Stops at the first area for which `check`(area, advice), called with as->lock
// held, returns an error: nothing is removed from there on. Removes nothing itself; afterwards the
// areas may be others. Sleeps and yields. Caller: holds no lock.
// Returns 0, also where `check` has stopped it; -ENOMEM, with the messages before sent.
int uffd_send_remove(struct aspace *as, uintptr_t start, uintptr_t end,
                     int (*check)(const struct area *area, int advice), int advice);
