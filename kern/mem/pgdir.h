// pgdir.h: two-level page tables (Intel SDM vol. 3, 4.3): a directory of 1,024 entries, each of
// which names a page table of 1,024 entries or a large page. The processor splits a linear address
// like this:
//
//	 31          22 21          12 11           0
//	+--------------+--------------+--------------+
//	|   PDX(va)    |   PTX(va)    |    offset    |
//	+--------------+--------------+--------------+
//	        |              |              |
//	        |              |              +--- which byte of the page
//	        |              +--- which entry of the page table: it names the page
//	        +--- which entry of the directory: it names the page table
//
// In a directory's entry with PTE_PS, a large page's address takes the place of a table's, and
// bits 21 to 0 are the offset in the large page. CR3 has the directory's address. An entry
// consists of an address, whose low 12 bits are 0, and of these 12 bits, which are flags.
//
// The upper 256 entries of every directory are the kernel's: equal everywhere, and constant after
// boot. The functions here work on user addresses, and, for kernel_pgdir, on the kernel's own
// mappings from KSTACKS_BASE on.
#pragma once

#include "cpu/paging.h"
#include "kern.h"
#include "mem/page.h"

typedef uint32_t pte_t;
typedef uint32_t pde_t;

// Software bits of a present entry: the processor ignores bits 9 to 11.
#define PTE_NOPAGE 0x200u  // device memory: no page_t, no reference
#define PTE_UFFD_WP 0x400u // write-protected by userfaultfd

// An entry that is not present is 0 (empty), or a PROT_NONE entry: it keeps its page and its
// reference on it, but nobody may access the page. Its other bits are those that it had when it
// was present. The processor ignores all bits of an entry without PTE_P.
#define PTE_PROT_NONE 0x200u

// Markers: entries that are neither 0, nor present, nor PROT_NONE. They name no page, but say
// something about the page that may come.
#define PTE_MARKER_WP PTE_UFFD_WP // it will be write-protected by userfaultfd
#define PTE_MARKER_POISON 0x800u  // an access to it fails

// Bits of a directory's entry for a large page of the pool (mem/large_pool.h), which is present,
// PROT_NONE, or neither. What PTE_UFFD_WP and the markers say of a small page, other bits say here:
// PDE_RESERVED has the place of the first, and may come with each of them.
#define PDE_RESERVED 0x400u       // one more page of the pool is reserved for this span
#define PDE_UFFD_WP 0x800u        // present or PROT_NONE: write-protected by userfaultfd
#define PDE_LOST 0x800u           // neither present nor PROT_NONE: the page was taken away for good
#define PDE_MARKER_WP 0x1000u     // neither: the page to come will be write-protected
#define PDE_MARKER_POISON 0x2000u // neither: an access to it fails

#define PDX(va) ((uint32_t)(va) >> LARGE_SHIFT)
#define PTX(va) (((uint32_t)(va) >> PAGE_SHIFT) & 0x3FFu)

// Returns true if the processor can use the entry, of a table or a directory: PTE_P is set.
static inline bool pte_present(pte_t entry)
{
	return entry & PTE_P;
}

// Returns true if the entry, of a table or for a large page, is a PROT_NONE entry: it keeps a page
// that nobody may access (PTE_PROT_NONE above).
static inline bool pte_prot_none(pte_t entry)
{
	return (entry & (PTE_P | PTE_PROT_NONE)) == PTE_PROT_NONE;
}

// Returns true if the entry of a table is a marker: not 0, not present, not PROT_NONE. Not for a
// directory's entry: one with PDE_RESERVED alone would count too.
static inline bool pte_marker(pte_t entry)
{
	return entry && !(entry & (PTE_P | PTE_PROT_NONE));
}

// Returns true if an entry, of a table or for a large page, names a page and has a reference on
// it: present entries without PTE_NOPAGE, and PROT_NONE entries. False for 0 and for markers.
static inline bool pte_has_page(pte_t entry)
{
	entry &= PTE_P | PTE_PROT_NONE;
	return entry == PTE_P || entry == PTE_PROT_NONE;
}

// The directory of threads without an address space. All other directories have a copy of its
// upper part.
extern pde_t *kernel_pgdir;

// Make the kernel's half of kernel_pgdir, the directory that boot/start.S has loaded: replace the
// large page under the kernel's image by small pages, of which text and read-only data lack PTE_W;
// unmap the linear map beyond the end of memory; make every table from KSTACKS_BASE on; turn on
// global pages, where the processor has them, and CR0.WP. Once, after page_init. Panics if out of
// memory.
void pgdir_init(void);

// Make a directory: the user's half empty, the kernel's half as in every other. It has one
// reference, the caller's, which pgdir_destroy drops. No lock guards it yet (pgdir_guard). Stores
// its address in the linear map. Takes page_pool.lock.
// Returns 0; -ENOMEM with *pgdir_store unchanged.
int pgdir_create(pde_t **pgdir_store);

// Free a directory from pgdir_create by dropping its one reference. Takes page_pool.lock. Panics if
// it is no directory, or has another reference; if an entry of the user's half is not 0 (a table,
// also an empty one, a large page, its reservation, a mark); or if the directory is loaded or is
// kernel_pgdir.
void pgdir_destroy(pde_t *pgdir);

// Make an empty page table for `va`. The directory's entry gets PTE_W and PTE_U, so that the
// table's entries alone decide what a program may do.
// Caller: holds the lock that guards this directory's entries.
// Returns the entry for `va`; NULL if out of memory, or if the directory's entry is in use.
pte_t *pgdir_add_table(pde_t *pgdir, uintptr_t va);

// Find the entry for `va` in its page table. With `create` != 0 the caller is going to change the
// entry: a missing table is made, and a shared one, whose directory entry is read-only, is refused.
// Without the lock that guards this directory's entries the entry may change at any time. Caller:
// with `create`, holds that lock.
// Returns NULL if the directory's entry names no table: it is 0, for a large page, or in use but
// not present. With `create` also for a shared table, and if out of memory; never for an entry of 0
// where memory is left.
static inline pte_t *pgdir_walk(pde_t *pgdir, uintptr_t va, int create)
{
	pde_t pde = pgdir[PDX(va)], wanted = create ? PTE_P | PTE_W : PTE_P;
	pte_t *pte;

	if (unlikely((pde & (wanted | PTE_PS)) != wanted))
		return create ? pgdir_add_table(pgdir, va) : NULL;
	pte = (pte_t *)phys_to_virt(PTE_ADDR(pde)) + PTX(va);
	if (!pte)
		__builtin_unreachable(); // saves a test of the result in callers
	return pte;
}

// Checks of the lock that guards a directory's entries. A function that changes entries only by
// functions with assert_pgdir_locked need not assert it.
#ifdef DEBUG
// Set which lock guards the entries of `pgdir`, for assert_pgdir_locked; NULL: none is checked. The
// lock is borrowed as long as the directory exists, or until another call. Takes no lock. In other
// builds it does nothing.
void pgdir_guard(pde_t *pgdir, const struct spinlock *lock);

// Panic unless this CPU holds the lock that pgdir_guard has set for `pgdir`. Does nothing if that
// is NULL, if `pgdir` is no directory (PAGE_DIRECTORY), or in other builds. Functions that change
// entries call it.
void assert_pgdir_locked(const pde_t *pgdir);
#else
#define pgdir_guard(pgdir, lock) ((void)0)
#define assert_pgdir_locked(pgdir) ((void)(pgdir))
#endif

// Store `entry` in *pte, an entry of a page table or of a directory. The page that contains the
// entry counts, in page_t.index, its entries that are not 0: the count goes up when 0 is replaced
// by another entry, and down in the other direction. Neither flushes the TLB nor changes
// references, and takes no lock: the lock that guards the directory's entries must be held, which
// pte_store and its relatives assert. Returns the old entry.
static inline pte_t pte_exchange(pte_t *pte, pte_t entry)
{
	pte_t old = *pte;

	if (!old != !entry)
		virt_to_page(pte)->index += entry ? 1 : -1;
	*pte = entry;
	return old;
}

// Returns true if the TLB may hold a translation through this entry, of a table or a directory: it
// has PTE_P and PTE_A. The processor caches none before the first access has set the accessed bit
// (Intel SDM vol. 3, 4.10.2.3), and code that clears the bit flushes.
static inline bool entry_cacheable(pte_t entry)
{
	return (entry & (PTE_P | PTE_A)) == (PTE_P | PTE_A);
}

void tlb_invalidate(pde_t *pgdir, uintptr_t va); // mem/tlb.h

// Store `entry` in `*pte`, the entry for `va`. Nearly all changes of page tables go through this
// function or its relatives below. It keeps the table's count of entries in use (pte_exchange), and
// then, if the old entry may be cached (entry_cacheable), flushes the TLB by tlb_invalidate, which
// knows whether `pgdir` is loaded or `va` is the kernel's; so no caller can forget the flush.
// Reference counts are the caller's.
// Caller: holds the lock that guards this directory's entries.
static inline void pte_store(pde_t *pgdir, uintptr_t va, pte_t *pte, pte_t entry)
{
	pte_t old = pte_exchange(pte, entry);

	assert_pgdir_locked(pgdir);
	if (entry_cacheable(old))
		tlb_invalidate(pgdir, va);
}

// Map page `pp` at `va`: let `*pte`, the entry for `va`, name it, with the flags `bits`, PTE_P
// among them. `old` is the value of `*pte` before. Stores the entry by pte_store, which flushes;
// then takes a reference on `pp`; then drops the reference of `old`, if it has one (pte_has_page),
// on its page. In this order: both references may be on one page, and the old one may be its last.
// Cannot fail.
// Caller: holds the lock that guards this directory's entries.
static __always_inline void pte_set_page(pde_t *pgdir, uintptr_t va, pte_t *pte, pte_t old,
                                         page_t *pp, pte_t bits)
{
	pte_t entry = page_to_phys(pp) | bits;

	assert_pgdir_locked(pgdir);
	debug_assert(*pte == old);
	pte_store(pgdir, va, pte, entry);
	page_incref(pp);
	if (pte_has_page(old))
		page_decref(phys_to_page(PTE_ADDR(old)));
}

// Like pte_store, for the directory's entry for `va`. It flushes the translation of `va`, and what
// the processor has cached of the directory's entry itself. This suffices for a large page, and
// for a table without entries in use. After any other change of a table's entry the caller flushes
// the table's whole span. Reference counts are the caller's.
// Caller: holds the lock that guards this directory's entries.
void pde_store(pde_t *pgdir, uintptr_t va, pde_t entry);

// Give `*pte`, a present entry of a table, more permissions: `entry` names the same page and has
// all its bits, and more (debug builds panic otherwise). Changes no count and no reference. No
// flush is needed: a translation of the old entry can cause one more fault, and that fault removes
// it from the TLB (Intel SDM vol. 3, 4.10.4.3). Caller: holds the lock that guards this directory's
// entries; the table is not shared.
static inline void pte_grant(pte_t *pte, pte_t entry)
{
	debug_assert((*pte & PTE_P) && (*pte & ~entry) == 0);
	*pte = entry;
}

// Map page `pp` at `va`, replacing any page mapped there (pte_set_page). `perm`: PTE_W, PTE_U and
// software bits other than PTE_NOPAGE; the entry gets these bits and PTE_P, and from ULIM on also
// PTE_G. A missing page table is made. Takes one reference on `pp`, and drops that of the old
// entry. It is allowed to map a page again where it is mapped: this changes its permissions. With
// PTE_PS in `perm`, the large page that starts at `pp` is mapped (large_insert).
// Caller: holds the lock that guards this directory's entries; `va` is page-aligned, and a user's
// address or one from KSTACKS_BASE on.
// Returns 0; -ENOMEM (no memory for a page table) or -EEXIST (`va` lies in a large page, or its
// table is shared: the directory's entry is in use, and pgdir_walk returns NULL), both with the
// tables and all reference counts unchanged.
int page_insert(pde_t *pgdir, page_t *pp, uintptr_t va, int perm);

// Map `pp` by page_insert at the lowest address in [vab, vae) at which nothing is mapped, and store
// this address in *va_store. An entry that is not 0 is in use, even if it is not present. Where the
// directory's entry is 0, all entries count as 0; a directory entry that is in use without a table
// (pgdir_walk returns NULL) has no free address. Makes no page table while it searches, but where
// it maps. `perm`: as for page_insert, without PTE_PS.
// Caller: holds the lock that guards this directory's entries; vae <= ULIM.
// Returns 0; -EINVAL if an end of the range is not page-aligned or vab > vae; -ENOSPC if no address
// is free, as in an empty range; -ENOMEM or -EEXIST as page_insert. After an error *va_store and
// the tables are unchanged.
// Only tests need it so far; lab 2 has the student write it. vm chooses addresses by areas instead
// (area_find_gap), whose search does not depend on the size of the range.
int page_insert_in_range(pde_t *pgdir, page_t *pp, uintptr_t vab, uintptr_t vae, int perm,
                         uintptr_t *va_store);

// Find the page that a page table maps at `va`, which need not be page-aligned. Stores the address
// of its entry in *entry_store, unless `entry_store` is NULL. Takes no reference.
// Returns NULL, with nothing stored, if there is no table (pgdir_walk; a large page has none), if
// the entry is not present, or if it is a device's, which has no page_t (PTE_NOPAGE). Takes no
// lock: without the lock that guards this directory's entries the answer may be wrong at once.
page_t *page_lookup(pde_t *pgdir, uintptr_t va, pte_t **entry_store);

// Returns what the page tables allow at `va`, which need not be page-aligned: those of PTE_P, PTE_W
// and PTE_U that both levels grant, as the processor combines them. Without a table the directory's
// entry alone decides: it maps a large page, or is not present.
// Returns 0 where nothing is present, also for PROT_NONE entries. Takes no lock, as page_lookup.
int page_perms(pde_t *pgdir, uintptr_t va);

// Unmap the page that a table maps at `va`, which need not be page-aligned: store 0, flush the TLB,
// then drop the entry's reference, which may free the page (struct tlb_batch, with
// tlb_batch_unmap). Frees a user's table that has become empty (pgdir_trim). An entry that is not
// present but not 0 is removed too. Does nothing if there is no table (a large page has none), or
// if the entry is 0.
// Caller: holds the lock that guards this directory's entries; the table is not shared.
void page_remove(pde_t *pgdir, uintptr_t va);

// Map the large page whose first page_t is `pp` at `va`, a user's address and multiple of
// LARGE_SIZE, in place of any large page that is mapped there, present or PROT_NONE. `perm`: as for
// page_insert, with PTE_PS; the entry gets these bits and PTE_P, and none of the old entry's: a
// reservation (PDE_RESERVED) beside the old page is not released. Takes a reference on `pp`, and
// drops that of the old entry. A page table without an entry in use is freed first. Needs no
// memory.
// Caller: holds the lock that guards this directory's entries.
// Returns 0; -EEXIST, with nothing changed, if the directory's entry is for something else: a page
// table with entries in use, a reservation without a page, a mark.
int large_insert(pde_t *pgdir, page_t *pp, uintptr_t va, int perm);

// Returns the page_t of the 4 KiB at `va`, which need not be page-aligned, in the large page that
// is mapped there, not its first page_t (page_head); NULL if no large page is present there, also
// where it is PROT_NONE. Takes no reference and no lock: without the lock that guards this
// directory's entries the answer may be wrong at once.
page_t *large_lookup(pde_t *pgdir, uintptr_t va);

// Unmap the large page at `va`, which may be any address in it, present or PROT_NONE, as a whole:
// store 0, flush the TLB, and drop the entry's reference. A reservation beside the page
// (PDE_RESERVED) is not released. Does nothing if there is no large page. Only tests need it so
// far.
// Caller: holds the lock that guards this directory's entries.
void large_remove(pde_t *pgdir, uintptr_t va);

// Free the table that the directory's entry number `pdx`, 0 to 1,023, names, if the table has no
// entry in use, and store 0 there. Does nothing if the entry is the kernel's (from USER_PDES on),
// names no table, or names one with an entry in use. Panics if a table without entries is shared.
// Caller: holds the lock that guards this directory's entries.
void pgdir_trim(pde_t *pgdir, size_t pdx);

// Map [pa, pa + len) of device memory at the next free kernel addresses from DEVICE_BASE on, for
// the kernel to read and write. `cache` is 0 (write-back) or PTE_PCD | PTE_PWT (uncached). `pa` and
// `len`, in bytes, need not be page-aligned: whole pages are mapped; len > 0, and pa + len does not
// wrap around. A second call for one device maps it again. For devices found at boot; never
// unmapped. After pgdir_init.
// Returns the address of the byte at `pa`. Panics if the 1,023 pages from DEVICE_BASE on, for all
// devices, do not suffice.
void *device_map(physaddr_t pa, size_t len, pte_t cache);
