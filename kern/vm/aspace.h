// aspace.h: address spaces. A space has a page directory, and the areas that say what belongs at
// which address. The areas come first: mapping makes an area and no entry; the first access to
// each page faults, and the fault fills in its entry.
//
// Two locks. `lock` guards the areas: faults hold it for reading, changes hold it for writing.
// `pt_lock` is a spinlock and guards the entries of the page tables. A page is found, allocated
// and filled without pt_lock, because that may sleep; under pt_lock the entry is compared once
// more, and then stored.
#pragma once

#include "kern.h"
#include "mem/pgdir.h"
#include "thread/mutex.h"
#include "vm/area.h"

struct trapframe;

#define PROGRAM_AUX 36 // words of the auxiliary vector (proc/exec_args.c)

// The places of a program and its strings in its space, and its auxiliary vector, as exec made them,
// for /proc (proc(5)). A fork shares the struct with the child: nothing in it changes after the exec.
struct program_layout {
	uint32_t refs;                  // [a] spaces that have it
	uintptr_t code_start, code_end; // the executable segments
	uintptr_t data_start,
		data_end;      // the highest start and the highest end of a segment's bytes
	uintptr_t stack_start; // the stack pointer with which it starts
	uintptr_t args_start, args_end; // the arguments on its stack,
	uintptr_t env_start, env_end;   // and the environment
	uint32_t aux[PROGRAM_AUX];      // pairs of words, the last one AT_NULL
};

// One address space, shared by all threads of a process.
// [c] constant   [s] lock   [p] pt_lock   [a] atomic
struct aspace {
	pde_t *pgdir; // [c] its entries [p]
	struct spinlock pt_lock;
	struct rwlock lock;
	struct area_tree areas;        // [s]
	struct area *hint;             // [a] the area found last, or NULL; always one of `areas`
	uint32_t refs;                 // [a] threads and other holders of the space
	size_t peak;                   // [p] the result of aspace_note_peak so far
	uintptr_t brk_start, brk;      // [s] the heap; brk() moves its end
	size_t pages;                  // [s] the sum of all areas' sizes
	size_t area_bytes;             // [a] memory of the heap that its areas take
	size_t named;                  // [named_lock] how many named areas the space owns
	uint16_t new_flags;            // [s] flags of every new area: AREA_LOCKS after mlockall
	bool large;                    // [s] areas of large pages have been made for the space
	struct object *program;        // [c] the running program; nobody opens it for writing
	struct uffd *uffds;            // the contexts that handle its faults (vm/uffd.c)
	bool had_uffds;                // there has been one; never cleared
	struct program_layout *layout; // [c] once a program runs there: a reference; else NULL
};

#define MMAP_BASE 0x40000000u // without a hint, mmap() searches from here upwards
#define STACK_TOP ULIM
#define STACK_LIMIT (8u << 20) // default limit of a stack's size (RLIMIT_STACK)

// Registered by kern/named: the space `as`, which owns named areas, ends. The hook deletes them.
extern void (*aspace_named_hook)(struct aspace *as);

// Registered by kern/named. Returns how many bytes the named areas of `as` hold, each object once in a
// measure (object_held_bytes). Yields. Called without locks.
extern uint64_t (*aspace_named_held_hook)(struct aspace *as);

// Make an empty address space with one reference, the caller's. Returns 0 with the space in *store;
// -ENOMEM with *store unchanged.
int aspace_create(struct aspace **store);

// Take a reference on `as`. Returns `as`.
static inline struct aspace *aspace_get(struct aspace *as)
{
	__atomic_add_fetch(&as->refs, 1, __ATOMIC_RELAXED);
	return as;
}

// Drop a reference. The last one frees the space and all that it holds, and yields. The caller
// must not be running in `as` then: a directory that is loaded cannot be freed (see
// aspace_switch_to).
// Caller: holds no lock.
void aspace_put(struct aspace *as);

// Let the current thread run in `as` from now on (NULL: in no space). Consumes the caller's
// reference on `as`, and drops the reference on the thread's old space, which may free it and so
// yield.
// Caller: holds no lock.
void aspace_switch_to(struct aspace *as);

// Make a copy of `as` for fork: private memory copy-on-write, shared memory shared; with the break,
// the program and its arguments. Areas with AREA_DONTFORK are left out, those with AREA_WIPEONFORK
// are empty, and nothing is locked (mlock). Yields, and sleeps until handlers of userfaultfd have
// read of the fork. The copy, with one reference, goes to *store.
// Returns 0; -ENOMEM; -EINTR if the thread is killed meanwhile. On an error there is no copy, and
// *store is unchanged. Caller: holds no lock.
int aspace_clone(struct aspace *as, struct aspace **store);

// Map at [at, at + len) of `to` what is mapped at [va, va + len) of `from`, which may be the same
// space: private memory copy-on-write, shared memory shared, holes as holes. The range in `to`
// must be free. Takes the lock of one space after the other. Yields. (copy_mappings.c)
// Returns 0; -EINVAL for a bad range (range_valid), or one with device memory or large pages in it;
// -EEXIST if something is mapped in the target range; -ENOMEM if out of memory or a limit is
// reached. On an error no mapping has changed.
// Caller: holds no lock.
// Only tests need it so far: UFFDIO_MOVE moves entries within one space (uffd_move).
int aspace_copy_range(struct aspace *to, uintptr_t at, struct aspace *from, uintptr_t va,
                      size_t len);

// Make `obj` the program that runs in `as`, which has none. Takes a reference on `obj` and its host
// (the file), and takes over one object_deny_writes, which the caller has made for this and
// aspace_put undoes: the file cannot be opened for writing while the space lives. Caller: nobody
// else knows `as`.
void aspace_set_program(struct aspace *as, struct object *obj);

// Give a new space a layout (struct program_layout), which is all 0. Returns 0; -ENOMEM with
// nothing changed. Caller: nobody else knows `as`.
int aspace_make_layout(struct aspace *as);

// Unmap everything in `as`, which stays an empty space that can be used again. Its break, its named
// areas with their memory, and its contexts of userfaultfd stay; no message goes to these. Takes
// as->lock. Yields; a killed thread completes the work. Caller: holds no lock.
void aspace_clear(struct aspace *as);

// A request for a new mapping. aspace_map checks it, except for `prot` and `flags`, which the
// caller has checked.
struct map_request {
	uintptr_t va;          // page-aligned; only a hint unless `fixed`; 0: no hint
	size_t len;            // bytes > 0; rounded up to pages
	uint8_t prot;          // PROT_ bits
	uint16_t flags;        // AREA_ bits
	bool fixed;            // MAP_FIXED: map at `va` exactly, and replace what is mapped there
	bool no_replace;       // with `fixed`: return -EEXIST if something is mapped there
	struct object *object; // or NULL; the area takes its own reference
	uint64_t offset;       // offset in the backing object or device, page-aligned
	const char *name;      // as in struct area
	const struct area_ops *ops; // NULL: object_ops with an object, else anon_ops
};

// Map memory as `request` says, and store the address in *va_store. Yields and sleeps.
// Returns 0; -EINVAL for an empty or unaligned range, or one that would cut a large page; -EPERM
// below USER_MIN; -EEXIST as no_replace says; -ENOMEM without free addresses, beyond the user's
// addresses, if a limit (areas_max, RLIMIT_AS, RLIMIT_DATA) is reached, or if out of memory. On an
// error no mapping has changed, except if there are too few large pages: then what the mapping was
// to replace is unmapped, as on Linux. *va_store is undefined then.
// Caller: holds no lock.
int aspace_map(struct aspace *as, const struct map_request *request, uintptr_t *va_store);

// Map device memory: the physical addresses from request->offset on, cached as request->flags say.
// Device memory has no page_t: nobody counts, copies or pins it. So copies to and from another
// space fail there (-EFAULT), fork shares it, and mlock() and madvise() ignore it, as Linux does
// with VM_PFNMAP. (device_memory.c)
// Returns 0 with the address in *va_store; with *va_store undefined: -EINVAL for an empty or
// unaligned range or offset, or for physical addresses of more than 32 bits; -EPERM below USER_MIN,
// or unless all of the memory belongs to devices that programs may map; -EEXIST as no_replace says;
// -ENOMEM without free addresses, at a limit, or if out of memory.
// Caller: holds no lock.
// /dev/mem maps by aspace_map with linear_ops (linear_request); this short form is for tests.
int aspace_map_linear(struct aspace *as, struct map_request *request, uintptr_t *va_store);

// Turn `request` into one for device memory: `len` bytes, rounded up to pages, of physical memory
// from `offset` on. Sets its ops to linear_ops, and its object to NULL, without dropping a
// reference, since a request has none; changes nothing else.
// Returns 0; with `request` unchanged: -EINVAL if len is 0, the offset is not page-aligned, or the
// last byte has an address of more than 32 bits; -EPERM unless all of the pages belong to devices
// that programs may map (physical_is_device).
int linear_request(struct map_request *request);

// Check the range of `request` without mapping anything. Takes as->lock, and so sleeps. Caller:
// holds no lock.
// Returns 0; -EINVAL, -EPERM, -EEXIST or -ENOMEM, which aspace_map would return for the range (see
// there); limits of memory are not checked.
int aspace_check_map(struct aspace *as, const struct map_request *request);

// Unmap [va, va + len), `len` in bytes, rounded up to pages: all areas there, whole or in part;
// holes do not matter. Yields, and sleeps until handlers of userfaultfd have read of it.
// Returns 0; -EINVAL for a bad range (range_valid), or one that would cut a large page; -ENOMEM if
// an area or a shared table must be split and there is no memory, or areas_max is reached. On an
// error nothing has changed.
// Caller: holds no lock.
int aspace_unmap(struct aspace *as, uintptr_t va, size_t len);

// Change the protection of [va, va + len), `len` in bytes, rounded up to pages, to `prot`. With
// PROT_GROWSDOWN in `prot`, the range begins where the stack at `va` begins. len = 0: does nothing.
// Yields and sleeps.
// Returns 0; -EINVAL for an unaligned `va` or bad bits, or if a large page would be cut; -ENOMEM if
// part of the range is not mapped, if out of memory, or if areas_max is reached; -EACCES if an area
// may not have this protection; -EINTR if the thread is killed. On an error the areas below the
// failing one have changed, as on Linux.
// Caller: holds no lock.
int aspace_protect(struct aspace *as, uintptr_t va, size_t len, uint32_t prot);

// Move the end of the heap to `brk`, any number, if that is possible: map or unmap the pages in
// between. Yields and sleeps. Caller: holds no lock.
// Returns the end of the heap afterwards, in bytes: `brk`, or the old one on any failure. (Linux's
// brk() returns no error either.)
uintptr_t aspace_brk(struct aspace *as, uintptr_t brk);

// Move or resize the mapping [old, old + old_len) as mremap() does. `flags` are MREMAP_ bits; `new`
// is the target address of MREMAP_FIXED. Lengths are in bytes, rounded up to pages. Stores the new
// address in *va_store. Yields and sleeps. Caller: holds no lock. (remap.c)
// Returns 0; -EINVAL for bad arguments; -EPERM for a target below USER_MIN; -EFAULT if the old
// range is not a single mapping; -ENOMEM without free addresses, if a limit is reached, or if out
// of memory. After an error what lay at the target of MREMAP_FIXED may be unmapped, and a part of
// the range may have moved, as on Linux; *va_store is undefined.
int aspace_remap(struct aspace *as, uintptr_t old, size_t old_len, size_t new_len, uint32_t flags,
                 uintptr_t new, uintptr_t *va_store);

// Do what madvise(), msync(), mlock() and munlock() do, with the arguments of these calls, which
// are checked here. Return 0 or a negative errno, for example: -EINVAL for an unaligned address,
// unknown bits, or advice that does not fit the area; -ENOMEM if a part of the range is not mapped,
// which the rest is still done for (not by aspace_lock); -EAGAIN if out of memory; aspace_sync
// -EBUSY for locked memory with MS_INVALIDATE; -EINTR if the thread is killed. `locks` are
// AREA_LOCKED, perhaps with AREA_ONFAULT, or 0 to unlock. Locking obeys RLIMIT_MEMLOCK:
// -EPERM if it is 0, -ENOMEM if it admits no more. Yield and sleep. (advise_sync_lock.c)
// Caller: holds no lock.
int aspace_advise(struct aspace *as, uintptr_t va, size_t len, int advice);
int aspace_sync(struct aspace *as, uintptr_t va, size_t len, uint32_t flags);
int aspace_lock(struct aspace *as, uintptr_t va, size_t len, uint16_t locks);
// Lock as aspace_lock does all areas that exist (`current`), all areas to come (`future`), or both;
// `locks` 0 unlocks. With `future` false the areas to come are not locked. Yields. Returns 0, also if
// pages could not be brought into memory; -EPERM if RLIMIT_MEMLOCK is 0; -ENOMEM if it admits no
// more. Caller: holds no lock.
int aspace_lock_all(struct aspace *as, uint16_t locks, bool current, bool future);

// Report as mincore() does whether pages are in memory: one byte, 0 or 1, for each page from `va`,
// page-aligned, on into vec[], up to `max` pages or the end of the area that `va` lies in. Takes
// as->lock, and so sleeps, but does not yield: `max` is some thousands at most. Caller: holds no
// lock.
// Returns how many bytes it has stored; -ENOMEM if nothing is mapped at `va`.
ssize_t aspace_resident(struct aspace *as, uintptr_t va, size_t max, uint8_t *vec);

// Fault in all of [va, va + len), page-aligned: for writing where the memory is private and
// writable, else for reading. Passes over device memory and areas that are locked on fault
// (AREA_ONFAULT). Sleeps and yields. Stops at the first failure. Caller: holds no lock.
// Returns 0; -ENOMEM at a hole or if out of memory; -EFAULT where the protection admits no access
// or the object has no page; -EINTR if the thread is killed.
int aspace_populate(struct aspace *as, uintptr_t va, size_t len);

// Install the pages of [va, va + len), page-aligned, that the object of the area at `va` already
// has in memory, up to the end of that area. This saves the program its faults on them. Does
// nothing for writable areas, other memory, or without an area. Never fails: pages for which there
// is no memory are left out. Sleeps; does not yield. Caller: holds no lock.
void aspace_map_resident(struct aspace *as, uintptr_t va, size_t len);

// The contents of a space, in pages of 4 KiB but for `large` (aspace_usage.c).
struct aspace_usage {
	size_t size;               // all areas; of these:
	size_t data, stack, text;  // private and writable; stacks; executable, of the rest
	size_t locked;             // all areas that mlock() has locked
	size_t anonymous, objects; // in memory: private pages; pages of memory objects
	size_t tables;             // page tables, of a page each
	size_t large;              // large pages (4 MiB each) in memory, not counted in `anonymous`
};

// Fill in *usage: sizes from the areas, `anonymous` and `objects` by a look at each entry. Device
// memory and the zero page are not in these two. Takes as->lock for reading, and releases it
// between areas: so an area that merges or moves meanwhile may count twice or not at all. Yields; a
// killed thread completes the work.
// Caller: holds no lock, and keeps a reference on `as`.
void aspace_count(struct aspace *as, struct aspace_usage *usage);

// Returns how many pages the space holds that the measure under way has not counted yet: its resident
// pages, page tables, directory, the heap memory of its areas, and the contents of all objects that it maps
// and no name leads to. Yields; a killed thread completes the work.
// (aspace_held.c)
// Caller: makes a measure (mem/held.h), holds a reference, and no lock.
size_t aspace_held_pages(struct aspace *as);

// Count the entries in use in the space's page tables, and return the largest number that any call
// of this function has found; a large page counts as 1,024. The count takes some 3,000
// instructions, not a walk through the tables. Entries of devices and of the zero page count here,
// unlike in resident pages.
// Caller: may hold spinlocks of lower rank than RANK_PAGETABLE.
size_t aspace_note_peak(struct aspace *as);

// Store in words[n] what /proc/PID/pagemap shows of the `n` pages from `va` on (abi/pageflags.h).
// `va` is page-aligned, and the range lies below ULIM. Holds pt_lock all the time and does not
// yield: `n` is some hundreds at most.
// Caller: holds no lock, and keeps a reference on `as`.
void aspace_pagemap(struct aspace *as, uintptr_t va, size_t n, uint64_t *words);

// What aspace_clear_refs clears, as numbered in /proc/PID/clear_refs.
enum clear_refs {
	CLEAR_REFS_ALL = 1,       // the accessed bits of all pages,
	CLEAR_REFS_ANONYMOUS = 2, // of private memory without a file,
	CLEAR_REFS_MAPPED = 3,    // or of files and shared memory
	CLEAR_REFS_SOFT_DIRTY = 4, // the soft-dirty bits: pages become read-only until the next write
	CLEAR_REFS_PEAK = 5,       // the largest number of resident pages (aspace_note_peak)
};

// Clear what `what` says. Large pages and devices keep their bits. Yields. (clear_refs.c)
// Returns 0; -ENOMEM, or -EINTR if the thread is killed, both perhaps with a part of the areas done.
// Caller: holds no lock, and keeps a reference on `as`.
int aspace_clear_refs(struct aspace *as, enum clear_refs what);

// The result of a fault, with the signal that it becomes.
enum fault_result {
	FAULT_OK,          // run the instruction again
	FAULT_NO_AREA,     // no area contains the address: SIGSEGV, SEGV_MAPERR
	FAULT_NOT_ALLOWED, // the protection does not admit it: SIGSEGV, SEGV_ACCERR
	FAULT_NO_PAGE,     // past the end of the backing object: SIGBUS, BUS_ADRERR
	FAULT_NO_MEMORY,   // out of memory: the process must die
};

// Handle a fault: install the page, so that the access to `va` succeeds when it is tried again;
// let a stack grow if need be. `va` need not be page-aligned. If out of memory, waits until there
// is some; FAULT_NO_MEMORY is returned only for a process that must die. Sleeps.
// Caller: holds no lock.
enum fault_result aspace_fault(struct aspace *as, uintptr_t va, enum fault_access access);

// Find the page at `va` of `as` as an access by the program would, with the faults that this takes
// (but without letting a stack grow). `va` need not be page-aligned. Stores the page, perhaps a
// part of a large page, in *pp_store, pinned: the caller must page_unpin it. Sleeps, also until a
// handler of a userfaultfd has brought the page.
// Returns 0; with *pp_store unchanged: -EFAULT if the program could not access the address so, and
// for device memory, which has no pages; -ENOMEM if out of memory, or if the page has too many
// pins.
// Caller: holds no lock.
int aspace_pin_page(struct aspace *as, uintptr_t va, enum fault_access access, page_t **pp_store);

// Like aspace_pin_page, but do not wait for a handler of a userfaultfd: where one must bring the
// page, return -EFAULT. Stores the page, pinned, in *pp_store. Sleeps. Caller: holds no lock.
// Returns 0; with *pp_store unchanged: -EFAULT or -ENOMEM.
int aspace_pin_page_now(struct aspace *as, uintptr_t va, enum fault_access access,
                        page_t **pp_store);

// Prepare the layer: the kernel's own space, the page-fault handler, the hook at a thread switch.
// Once, at boot.
void vm_init(void);

// Registered by proc/. Called when an access of the current process to `va` has found no memory.
// Returns true if the access may be tried again, false if the process must die. May sleep.
extern bool (*vm_no_memory_hook)(uintptr_t va);

// Registered by proc/. Called when a program's access to `va` has failed for the reason `result`.
// Sends the signal to the current thread. May sleep; called with no lock held.
extern void (*vm_fault_signal_hook)(struct trapframe *frame, uintptr_t va, enum fault_result result);
