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
	bool sealed;                   // [s] areas of the space may have been sealed (mseal)
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

// Make an empty address space with one reference, the caller's: no area, no program, no layout, and
// the break at 0 (exec sets it). Nobody runs in it yet.
// Returns 0 with the space in *store; -ENOMEM with *store unchanged.
int aspace_create(struct aspace **store);

// Take a reference on `as`. Returns `as`.
static inline struct aspace *aspace_get(struct aspace *as)
{
	__atomic_add_fetch(&as->refs, 1, __ATOMIC_RELAXED);
	return as;
}

// Drop a reference. The last one frees the space and all that it holds, its named areas too
// (aspace_named_hook), and yields. It panics if the directory is still loaded: a thread that may drop
// the last reference leaves the space before, by aspace_switch_to. A kernel thread does so too, because
// it keeps the directory of the thread before it.
// Caller: holds no lock.
void aspace_put(struct aspace *as);

// Let the current thread run in `as` from now on (NULL: in no space), and load the directory of
// `as`. Consumes the caller's reference on `as`, and drops the reference on the thread's old space,
// if it had one, which may free that space and so yield.
// Caller: holds no lock.
void aspace_switch_to(struct aspace *as);

// Make a copy of `as` for fork: private memory copy-on-write, shared memory shared; with the break,
// the program and its arguments. Areas with AREA_DONTFORK are left out, those with AREA_WIPEONFORK
// are empty, and nothing is locked (mlock, mlockall). The copy owns no named areas, and
// registrations with a userfaultfd end in it, unless the context wants to know of forks. Yields,
// and sleeps until handlers of userfaultfd have read of the fork. The copy, with one reference,
// goes to *store.
// Returns 0; -ENOMEM; -EINTR if the thread is killed while it copies. On an error there is no copy,
// and *store is unchanged. Caller: holds no lock.
int aspace_clone(struct aspace *as, struct aspace **store);

// Map at [at, at + len) of `to` what is mapped at [va, va + len) of `from`, which may be the same
// space: private memory copy-on-write, shared memory shared, holes as holes; nothing is locked
// (mlock). `len` is in bytes, rounded up to pages. Takes the lock of one space after the other.
// Yields. (copy_mappings.c)
// Returns 0; -EINVAL for a bad range (range_valid), or one with device memory, large pages, or an
// area registered with a userfaultfd in it; -EEXIST if something is mapped in the target range,
// which may also be a part of the source; -ENOMEM if out of memory or a limit is reached
// (RLIMIT_DATA as if all of it counted, if a part does). On an error no mapping has changed.
// Caller: holds no lock.
// Only tests need it so far: UFFDIO_MOVE moves entries within one space (uffd_move).
int aspace_copy_range(struct aspace *to, uintptr_t at, struct aspace *from, uintptr_t va,
                      size_t len);

// Make `obj` the program that runs in `as`, which has none (else it panics). Takes a reference on
// `obj` and its host (the file), and takes over one object_deny_writes, which the caller has made
// for this and aspace_put undoes: the file cannot be opened for writing while the space lives.
// Caller: nobody else knows `as`.
void aspace_set_program(struct aspace *as, struct object *obj);

// Give a new space, which has none, a layout (struct program_layout), which is all 0 but for the
// space's reference; aspace_put drops that. Returns 0; -ENOMEM with nothing changed. Caller: nobody
// else knows `as`.
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

// Map memory as `request` says, and store the address in *va_store. Takes an own reference on the
// object. Makes no page present, not even with AREA_LOCKED (aspace_populate does). An area with
// AREA_WRITE_OPEN counts itself in its object, so the caller must be counted there
// (object_write_open_again). Yields, and sleeps until handlers of userfaultfd have read of what
// `fixed` unmaps. Caller: holds no lock.
// Returns 0; -EINVAL if `len` is 0, for a fixed address or (large pages) a length that is not
// aligned, or if `fixed` would cut another large page; -EPERM for a fixed address below USER_MIN;
// without CAP_IPC_LOCK -EPERM with AREA_LOCKED if RLIMIT_MEMLOCK is 0, -EAGAIN if it admits no more
// (also after mlockall); -EEXIST as no_replace says; -ENOMEM without room, beyond the user's
// addresses, at a limit (areas_max, RLIMIT_AS, RLIMIT_DATA) or out of memory. The order is that of
// choose_address. On an error *va_store is undefined, and no mapping has changed, unless large
// pages are short (-ENOMEM): what was to be replaced is unmapped, as on Linux.
int aspace_map(struct aspace *as, const struct map_request *request, uintptr_t *va_store);

// Map device memory: the physical addresses from request->offset on, cached as request->flags say.
// Sets the ops and the object of `request` (linear_request). Device memory has no page_t: nobody
// counts, copies or pins it. So copies to and from another space fail there (-EFAULT), fork shares
// it, and mlock() and madvise() ignore it, as Linux does with VM_PFNMAP. Yields and sleeps.
// (device_memory.c)
// Returns 0 with the address in *va_store; with *va_store undefined the errors of linear_request
// and, after these, of aspace_map. Caller: holds no lock.
// /dev/mem maps by aspace_map with linear_ops (linear_request); this short form is for tests.
int aspace_map_linear(struct aspace *as, struct map_request *request, uintptr_t *va_store);

// Turn `request` into one for device memory: `len` bytes, rounded up to pages, of physical memory
// from `offset` on. Sets its ops to linear_ops, and its object to NULL, without dropping a
// reference, since a request has none; changes nothing else.
// Returns 0; with `request` unchanged: -EINVAL if len is 0, the offset is not page-aligned, or the
// last byte has an address of more than 32 bits; -EPERM unless all of the pages belong to devices
// that programs may map (physical_is_device).
int linear_request(struct map_request *request);

// Check the range of `request` as aspace_map does first, without mapping anything, and
// RLIMIT_MEMLOCK if the area would be locked. Checks neither RLIMIT_AS and RLIMIT_DATA nor large
// pages that `fixed` would cut, and `prot` not at all. The answer may be out of date at once. Takes
// as->lock for reading. Sleeps and yields. Caller: holds no lock.
// Returns 0; else -EINVAL, -EPERM, -EAGAIN, -EEXIST or -ENOMEM, for the reasons of aspace_map.
int aspace_check_map(struct aspace *as, const struct map_request *request);

// Unmap [va, va + len), `len` in bytes, rounded up to pages: all areas there, whole or in part;
// holes do not matter, even if there is no area at all. Yields, and sleeps until handlers of
// userfaultfd have read of it.
// Returns 0; -EINVAL if `va` is not page-aligned, `len` is 0, the range reaches beyond ULIM, or it
// would cut a large page; -ENOMEM if out of memory, or if an area must be split and areas_max is
// reached. On an error nothing has changed.
// Caller: holds no lock.
int aspace_unmap(struct aspace *as, uintptr_t va, size_t len);

// Change the protection of [va, va + len), `len` in bytes, rounded up to pages, to the PROT_ bits
// `prot`. PROT_SEM means nothing. With PROT_GROWSDOWN the range begins where its first area begins,
// which must be a stack; PROT_GROWSUP always fails. Locked private memory that becomes writable
// gets its pages at once, with as->lock released meanwhile. Yields and sleeps.
// Returns 0, also for len = 0 with an aligned `va`; -EINVAL for an unaligned `va`, unknown bits,
// both PROT_GROWS or one without such a stack, or if a large page would be cut; -ENOMEM if the
// range wraps around, has a hole, at a limit (areas_max, RLIMIT_DATA), or if out of memory; -EACCES
// for PROT_WRITE on an area with AREA_NOWRITE; -EINTR if the thread is killed. On an error the
// areas below the failing one have changed, as on Linux.
// Caller: holds no lock.
int aspace_protect(struct aspace *as, uintptr_t va, size_t len, uint32_t prot);

// Move the end of the heap to `brk`, any number of bytes, if that is possible: map or unmap the
// pages in between. It is not possible below as->brk_start or from ULIM on, if a page above the new
// end would not stay free (or a stack's guard), if nothing is left of the pages to unmap, at a
// limit, or if out of memory. Yields and sleeps. Caller: holds no lock.
// Returns the end of the heap afterwards, in bytes: `brk`, or the old one, unchanged, on any
// failure, so brk = 0 asks for it. (Linux's brk() returns no error either.)
uintptr_t aspace_brk(struct aspace *as, uintptr_t brk);

// Move or resize the mapping [old, old + old_len) as mremap() does. `flags` are MREMAP_ bits; `new`
// is the target address of MREMAP_FIXED, a hint with MREMAP_DONTUNMAP alone, and ignored without
// both. Lengths are in bytes, rounded up to pages; old_len 0 maps shared memory a second time.
// Locked memory that has grown is brought in. Stores the new address in *va_store. Yields, and
// sleeps until handlers of userfaultfd have read of it. Caller: holds no lock. (remap.c)
// Returns 0; -EINVAL for unknown flags, an unaligned address, a new length of 0, a bad target, or
// what large pages and device memory cannot do; -EPERM for a target below USER_MIN; -EFAULT if the
// old range is not a single mapping; -EAGAIN if RLIMIT_MEMLOCK admits no more; -ENOMEM without free
// addresses, if another limit is reached, or if out of memory. After an error what lay at the
// target of MREMAP_FIXED may be unmapped, and a part of the range may have moved, as on Linux;
// *va_store is undefined.
int aspace_remap(struct aspace *as, uintptr_t old, size_t old_len, size_t new_len, uint32_t flags,
                 uintptr_t new, uintptr_t *va_store);

// Do what madvise() does with the advice `advice` (MADV_) for [va, va + len), `len` in bytes,
// rounded up to pages. MADV_FREE, and advice about transparent large pages, has errors but no
// effect. MADV_POPULATE_ is advise_populate. Yields, and sleeps until handlers of userfaultfd have
// read of pages that go. Caller: holds no lock. (advise_sync_lock.c)
// Returns 0; -EINVAL for unknown advice, an unaligned `va`, or a range that wraps around; with len
// = 0 then 0. An area that fails ends the work, areas below have changed: -EPERM if it is sealed
// and the advice would discard what the program may not write; -EINVAL if the advice
// does not fit it; for MADV_REMOVE also -EACCES if it is not shared and writable, -ENODEV for
// device memory, -EPERM by a seal; -EAGAIN if flags cannot change for lack of memory or areas_max;
// -ENOMEM if out of memory; -EINTR if the thread is killed. A hole ends nothing, but gives -ENOMEM
// at the end.
int aspace_advise(struct aspace *as, uintptr_t va, size_t len, int advice);

// Do what msync() does with the bits `flags` (MS_) for [va, va + len), `len` in bytes, rounded up
// to pages: only find errors, since there is no disk to write to. Sleeps and yields. Caller: holds
// no lock.
// Returns 0, also for len = 0; -EINVAL for an unaligned `va`, unknown bits, or MS_ASYNC with
// MS_SYNC; -ENOMEM if the range wraps around; -EBUSY at a locked area with MS_INVALIDATE; -EINVAL
// at shared device memory with MS_SYNC; -EINTR if the thread is killed; -ENOMEM if there is a hole.
int aspace_sync(struct aspace *as, uintptr_t va, size_t len, uint32_t flags);

// Do what mlock() and munlock() do for all pages with a byte of [va, va + len); `va` need not be
// page-aligned. `locks` is AREA_LOCKED, perhaps with AREA_ONFAULT, or 0 to unlock. Marks the areas
// first, then brings the pages in (not with AREA_ONFAULT). Device memory and large pages are passed
// over. Sleeps and yields. Caller: holds no lock.
// Returns 0, also if there is no such page; if it locks: -EPERM if RLIMIT_MEMLOCK is 0; -ENOMEM if
// that admits no more, with nothing changed. -EINVAL if the range wraps around; -ENOMEM at the
// first hole, or if an area cannot be split; -EINTR if the thread is killed: areas below have
// changed. If pages cannot be brought in, the marks stay: -EAGAIN if out of memory, -ENOMEM without
// access.
int aspace_lock(struct aspace *as, uintptr_t va, size_t len, uint16_t locks);

// Lock as aspace_lock does all areas that exist (`current`), all areas to come (`future`), or both;
// `locks` 0 unlocks. With `future` false the areas to come are not locked. Sleeps and yields.
// Returns 0, also if pages could not be brought into memory; with nothing changed, if it locks:
// -EPERM if RLIMIT_MEMLOCK is 0; -ENOMEM with `current` if it admits less than the size of all
// areas. Caller: holds no lock.
int aspace_lock_all(struct aspace *as, uint16_t locks, bool current, bool future);

// Report as mincore() does whether pages are in memory: one byte, 0 or 1, for each page from `va`,
// page-aligned, on into vec[], up to `max` pages or the end of the area that `va` lies in. A page
// counts if the space maps it, or if the area's object has it and it was used (large pages: only if
// mapped); device memory always does. Takes as->lock, and so sleeps, but does not yield: `max` is
// some thousands at most. Caller: holds no lock.
// Returns how many bytes it has stored; -ENOMEM if nothing is mapped at `va`.
ssize_t aspace_resident(struct aspace *as, uintptr_t va, size_t max, uint8_t *vec);

// Fault in all of [va, va + len), `va` page-aligned, `len` in bytes, up to ULIM at most: for
// writing where the memory is private and writable, else for reading. Passes over device memory and
// areas that are locked on fault (AREA_ONFAULT). Sleeps and yields. Stops at the first failure:
// pages before it stay. Caller: holds no lock.
// Returns 0; -ENOMEM at a hole or if out of memory; -EFAULT where the protection admits no access
// or the object has no page; -EINTR if the thread is killed.
int aspace_populate(struct aspace *as, uintptr_t va, size_t len);

// Install the pages of [va, va + len), page-aligned, that the object of the area at `va` already
// has in memory, up to the end of that area, readable only. This saves the program its faults on
// them. Entries that are in use stay. Does nothing for areas that are writable, PROT_NONE, of other
// memory, or registered with a userfaultfd, or without an area. Never fails: pages for which there
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

// Fill in *usage: sizes from the areas, `anonymous` and `objects` by a look at each entry, whatever
// it held before. Device memory and the zero page are not in these two; PROT_NONE entries are.
// Takes as->lock for reading, and releases it between areas: so an area that merges or moves
// meanwhile may count twice or not at all. Sleeps and yields; a killed thread completes the work.
// Caller: holds no lock, and keeps a reference on `as`.
void aspace_count(struct aspace *as, struct aspace_usage *usage);

// Returns how many pages the space holds that the measure under way has not counted yet: its
// resident pages, page tables, directory, the heap memory of its areas, and the contents of all
// objects that it maps and no name leads to. If as->lock cannot be had in 32 tries, the sizes of
// all areas count in place of the objects. Yields; a killed thread completes the work.
// (aspace_held.c)
// Caller: makes a measure (mem/held.h), holds a reference, and no lock.
size_t aspace_held_pages(struct aspace *as);

// Count the entries in use in the space's page tables, and return the largest number that any call
// of this function has found since the last CLEAR_REFS_PEAK: in pages of 4 KiB, 1,024 for a large
// page. The count takes some 3,000 instructions, not a walk through the tables. Entries of devices
// and of the zero page, PROT_NONE entries and markers count here too. Takes as->pt_lock.
// Caller: may hold spinlocks of lower rank than RANK_PAGETABLE.
size_t aspace_note_peak(struct aspace *as);

// Store in words[n] what /proc/PID/pagemap shows of the `n` pages from `va` on (abi/pageflags.h).
// `va` is page-aligned, and the range lies below ULIM. Takes as->lock for reading, and so sleeps.
// Holds pt_lock all the time and does not yield: `n` is some hundreds at most.
// Caller: holds no lock, and keeps a reference on `as`.
void aspace_pagemap(struct aspace *as, uintptr_t va, size_t n, uint64_t *words);

// Do PAGEMAP_SCAN of `as` for the current process, whose argument `arg` is: a struct pm_scan_arg
// (abi/pageflags.h). Takes as->lock for reading. Sleeps and yields. (pagemap_scan.c)
// Returns how many regions were stored; -EFAULT, -EINVAL or -ENOMEM before the scan; and, perhaps
// after some regions were stored and pages protected, -EFAULT if these or the end of the walk
// cannot be stored; -EPERM at memory without asynchronous write-protection, with
// PM_SCAN_CHECK_WPASYNC; -ENOMEM; -EINTR if the thread must die.
// Caller: holds no lock, and keeps a reference on `as`.
int pagemap_scan(struct aspace *as, void __user *arg);

// What aspace_clear_refs clears, as numbered in /proc/PID/clear_refs.
enum clear_refs {
	CLEAR_REFS_ALL = 1,       // the accessed bits of all pages,
	CLEAR_REFS_ANONYMOUS = 2, // of private memory without a file,
	CLEAR_REFS_MAPPED = 3,    // or of files and shared memory
	CLEAR_REFS_SOFT_DIRTY = 4, // the soft-dirty bits: pages become read-only until the next write
	CLEAR_REFS_PEAK = 5,       // the largest number of resident pages (aspace_note_peak)
};

// Clear what `what` says, in all areas. Large pages and devices keep their bits. CLEAR_REFS_PEAK
// lets the peak begin anew at 0. Takes as->lock for writing. Sleeps and yields. (clear_refs.c)
// Returns 0; -ENOMEM, or -EINTR if the thread is killed, both perhaps with a part of the areas
// done.
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

// Handle a fault: install the page, so that the access to `va` succeeds when it is tried again; let
// a stack grow if need be. `va` need not be page-aligned, and `as` need not be loaded. If out of
// memory, waits until there is some. Sleeps, also until a handler of a userfaultfd has acted; only
// the thread's death ends that.
// Returns FAULT_OK, although the access may fault again; FAULT_NO_AREA also from ULIM on;
// FAULT_NOT_ALLOWED; FAULT_NO_PAGE also if the thread must die; FAULT_NO_MEMORY only for a process
// that must die.
// Caller: holds no lock.
enum fault_result aspace_fault(struct aspace *as, uintptr_t va, enum fault_access access);

// Find the page at `va` of `as` as an access by the program would, with the faults that this takes
// (but without letting a stack grow). `va` need not be page-aligned. Stores the page, perhaps a
// part of a large page, in *pp_store, pinned: the caller must page_unpin it. Sleeps, also until a
// handler of a userfaultfd has brought the page; but does not wait for memory.
// Returns 0; with *pp_store unchanged: -EFAULT if the program could not access the address so, from
// ULIM on, for device memory, which has no pages, and if the thread must die while it waits for a
// handler; -ENOMEM if out of memory, or if the page has 65,535 pins.
// Caller: holds no lock.
int aspace_pin_page(struct aspace *as, uintptr_t va, enum fault_access access, page_t **pp_store);

// Like aspace_pin_page, but do not wait for a handler of a userfaultfd: where one must bring the
// page, return -EFAULT. Stores the page, pinned, in *pp_store: the caller must page_unpin it.
// Sleeps. Caller: holds no lock.
// Returns 0; with *pp_store unchanged: -EFAULT or -ENOMEM, for the reasons of aspace_pin_page.
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
