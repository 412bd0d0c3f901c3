// aspace.h: address spaces: a page directory and the areas that say what belongs into it.
//
// Two locks. `lock` guards the areas: faults hold it for reading, changes for writing. `pt_lock`
// guards the entries of the page tables. A page is looked at, allocated and filled without pt_lock;
// under it the entry is looked at once more, and stored.
#pragma once

#include "kern.h"
#include "mem/pgdir.h"
#include "thread/mutex.h"
#include "vm/area.h"

struct trapframe;

// [c] constant   [s] lock   [p] pt_lock   [a] atomic
struct aspace {
	pde_t *pgdir; // [c] its entries [p]
	struct spinlock pt_lock;
	struct rwlock lock;
	struct area_tree areas;   // [s]
	struct area *hint;        // [a] the area found last; only ever one of `areas`
	uint32_t refs;            // [a] threads and others that keep the space
	size_t peak;              // [p] aspace_note_peak
	uintptr_t brk_start, brk; // [s] the heap that brk() moves the end of
	size_t pages;             // [s] the sum of all areas' sizes
	size_t named;             // [named_lock] how many named areas are its own
	uint16_t new_flags;       // [s] what every new area gets: AREA_LOCKS after mlockall
	struct object *program;   // [c] once it runs: the file, which is not opened for writing
	uintptr_t args_start, args_end; // [s] the program's arguments on its stack, for /proc
};

#define MMAP_BASE 0x40000000u // where addresses nobody asked for come from, upwards
#define STACK_TOP ULIM
#define STACK_LIMIT (8u << 20) // how far a stack may grow, unless a limit says otherwise

// An empty address space with one reference. Returns 0 or -ENOMEM.
int aspace_create(struct aspace **store);

static inline struct aspace *aspace_get(struct aspace *as)
{
	__atomic_add_fetch(&as->refs, 1, __ATOMIC_RELAXED);
	return as;
}

// Drop a reference; the last one frees everything, and yields. `as` must not be loaded then by its
// caller as the current space: see aspace_switch_to. Caller: holds no lock.
void aspace_put(struct aspace *as);

// Let the current thread run in `as` from now on (NULL: in none), taking over the caller's
// reference, and drop the one on the space it had.
void aspace_switch_to(struct aspace *as);

// Copy a whole space for fork: private memory copy-on-write, shared memory shared. Yields. Returns 0,
// -ENOMEM, or -EINTR for a thread that is killed; then there is no copy. Caller: holds no lock.
int aspace_clone(struct aspace *as, struct aspace **store);

// Map at [at, at + len) of `to`, which must be free there, what is mapped at [va, va + len) of `from`,
// which may be the same: private memory copy-on-write, shared memory shared, holes as holes. Returns 0,
// -EINVAL for a bad range or one with device memory or large pages in it, -EEXIST, or -ENOMEM; what is
// mapped has not changed then. Caller: holds no lock. (copy_mappings.c)
int aspace_copy_range(struct aspace *to, uintptr_t at, struct aspace *from, uintptr_t va,
                      size_t len);

// Make `obj` the program that runs in `as`, which has none. Takes a reference on it and its host, and
// takes over the caller's object_deny_writes: the file cannot be opened for writing while the space
// lives.
void aspace_set_program(struct aspace *as, struct object *obj);

// Unmap everything. Caller: holds no lock.
void aspace_clear(struct aspace *as);

// What to map: the caller's hint, checked only where said.
struct map_request {
	uintptr_t va;          // page-aligned; where no MAP_FIXED is given, only a hint; 0: none
	size_t len;            // bytes > 0; rounded up to pages
	uint8_t prot;          // PROT_ bits
	uint16_t flags;        // AREA_ bits
	bool fixed;            // at `va` and nowhere else, over whatever is there
	bool no_replace;       // with fixed: -EEXIST where something is there
	struct object *object; // or NULL; the area takes a reference of its own
	uint64_t offset;       // into what stands behind the area, page-aligned
	const char *name;
	const struct area_ops *ops; // NULL: object_ops with an object, else anon_ops
};

// Make an area. Returns 0 with its address in *va_store; -EINVAL for a range that is empty,
// unaligned or not the user's; -ENOMEM without room or memory; -EEXIST. Nothing has changed then; but
// where large pages are not to be had, what they were to replace is gone, as on Linux.
int aspace_map(struct aspace *as, const struct map_request *request, uintptr_t *va_store);

// Make an area of device memory: of the physical addresses from request->offset on, cached as its
// flags say. 0 or as aspace_map; also -EINVAL where they need more than 32 bits, -EPERM where they
// are not all a device's that programs may have. Nobody counts or pins such memory: copies for
// another space do not reach it (-EFAULT), fork shares it, locking and advice pass it by as Linux's
// do with VM_PFNMAP. (device_memory.c)
int aspace_map_linear(struct aspace *as, struct map_request *request, uintptr_t *va_store);

// The first half of it: make `request` one for device memory. 0, -EINVAL or -EPERM.
int linear_request(struct map_request *request);

// What aspace_map would say about the request's range: 0 or an error.
int aspace_check_map(struct aspace *as, const struct map_request *request);

// Unmap [va, va + len): whatever areas are there, whole or in part. Returns 0, -EINVAL, or -ENOMEM
// when an area would have to be split and there is no memory; nothing has changed then.
int aspace_unmap(struct aspace *as, uintptr_t va, size_t len);

// Change the rights of [va, va + len); with PROT_GROWSDOWN in `prot`, from the start of the stack
// there. Returns 0, -EINVAL, -ENOMEM where part of the range has no area, -EACCES where an area may
// not have these rights (what comes before is changed, as on Linux), or -ENOMEM without memory.
int aspace_protect(struct aspace *as, uintptr_t va, size_t len, uint32_t prot);

// Move the end of the heap. Returns the end of the heap: the new one, or the old one where that
// cannot be.
uintptr_t aspace_brk(struct aspace *as, uintptr_t brk);

// Move or resize the mapping [old, old + old_len) as mremap() does; `flags`: MREMAP_ bits, `new`
// for MREMAP_FIXED. 0 with the new address in *va_store; -EINVAL, -EFAULT where the old range is
// not one mapping, -ENOMEM. (remap.c)
int aspace_remap(struct aspace *as, uintptr_t old, size_t old_len, size_t new_len, uint32_t flags,
                 uintptr_t new, uintptr_t *va_store);

// What madvise(), msync(), mlock() and munlock() do, with their errors. (advise.c)
int aspace_advise(struct aspace *as, uintptr_t va, size_t len, int advice);
int aspace_sync(struct aspace *as, uintptr_t va, size_t len, uint32_t flags);
int aspace_lock(struct aspace *as, uintptr_t va, size_t len, uint16_t locks);
// `locks`: AREA_LOCKED, perhaps with AREA_ONFAULT, or 0 to unlock; for what is there now, for what comes.
int aspace_lock_all(struct aspace *as, uint16_t locks, bool current, bool future);

// Is each page of [va, va + len) in memory, as mincore() says it: one byte a page to vec[], up to
// the end of the area that `va` lies in or `max` pages. Returns how many pages were told of, or
// -ENOMEM where nothing is mapped.
ssize_t aspace_resident(struct aspace *as, uintptr_t va, size_t max, uint8_t *vec);

// Fault in all of [va, va + len), for writing where that is private memory and may be written. 0,
// -ENOMEM at a hole, -EFAULT where there is no right or nothing behind it, -EINTR for a process that is
// killed. Stops at the first.
// Caller: holds no lock, or named_lock only.
int aspace_populate(struct aspace *as, uintptr_t va, size_t len);

// Bring what is behind [va, va + len) into the page tables now, as far as it is in memory already:
// saves the program its faults. Never fails; stops where memory is short.
void aspace_map_resident(struct aspace *as, uintptr_t va, size_t len);

// How much memory a space has, in pages (usage.c).
struct aspace_usage {
	size_t size;               // of all areas, of which
	size_t data, stack, text;  // private and writable; stacks; of what is left, executable
	size_t locked;             // mlock
	size_t anonymous, objects; // resident: the space's own, or its forks'; of memory objects
	size_t tables;             // page tables
	size_t large;              // large pages that are there, which `anonymous` leaves out
};

// Fill *usage: counted anew at each call, page by page. Yields. Caller: holds no lock.
void aspace_count(struct aspace *as, struct aspace_usage *usage);

// How many pages the space holds: the resident ones, page tables, the directory, and what its areas
// take of the heap. Yields. Caller: holds a reference, and no lock.
size_t aspace_held_pages(struct aspace *as);

// Returns the most entries that the space's page tables have had in use, as far as anybody looked: look
// once more, which costs some 3,000 instructions, not a walk through the tables. Unlike resident pages
// entries of devices and of the zero page count. Caller: may hold spinlocks, of smaller rank than
// RANK_PAGETABLE.
size_t aspace_note_peak(struct aspace *as);

// What /proc/PID/pagemap says of `n` pages from `va` on, in words[] (abi/pageflags.h). Caller:
// holds no lock.
void aspace_pagemap(struct aspace *as, uintptr_t va, size_t n, uint64_t *words);

// What a fault came to.
enum fault_result {
	FAULT_OK,          // run the instruction again
	FAULT_NO_AREA,     // nothing is mapped there: SIGSEGV, SEGV_MAPERR
	FAULT_NOT_ALLOWED, // mapped, but not for this: SIGSEGV, SEGV_ACCERR
	FAULT_NO_PAGE,     // mapped, but past the end of what stands behind it: SIGBUS, BUS_ADRERR
	FAULT_NO_MEMORY,   // no memory for the page
};

// Do what it takes so that an access to `va` succeeds. Where memory is gone it waits for some; only
// a process that is to die gets FAULT_NO_MEMORY. Caller: holds no lock; none is held on return.
enum fault_result aspace_fault(struct aspace *as, uintptr_t va, enum fault_access access);

// The page behind `va`, pinned, after what a program's access there would do, but that no stack grows.
// Returns 0, -EFAULT, also for device memory, which has no pages, or -ENOMEM. Caller: holds no lock;
// page_unpins the page.
int aspace_pin_page(struct aspace *as, uintptr_t va, enum fault_access access, page_t **pp_store);

// Register the trap handlers and hooks of kern/vm. Once, at boot.
void vm_init(void);

// Registered by proc/: the current process's access to `va` found no memory. Makes some, and
// returns true; or false: the process is to die. May sleep.
extern bool (*vm_no_memory_hook)(uintptr_t va);

// Registered by proc/: a program touched `va` and may not: `result` says why. Sends the signal.
extern void (*vm_fault_signal_hook)(struct trapframe *frame, uintptr_t va, enum fault_result result);
