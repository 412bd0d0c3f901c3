// area.h: areas and the ordered tree in which an address space keeps them. An area is a range of
// user addresses with one protection and one backend: whatever is mapped there came by one mmap(),
// brk() or exec. Finding the area at an address, the next area, and a free range of a given size
// take O(log n) steps each.
#pragma once

#include "kern.h"
#include "list.h"
#include "mem/pgdir.h"

struct aspace;
struct area;
struct area_block;
struct object;
struct tlb_batch;
struct uffd;

// The kind of access that faulted. There is no "execute": without NX the processor reports an
// instruction fetch as a read.
enum fault_access {
	ACCESS_READ,
	ACCESS_WRITE,
};

// A backend: the operations in which one kind of memory differs from the others. All other code
// treats areas of all backends alike. The design follows ArceOS: a small table of operations, one
// table for each kind.
struct area_ops {
	const char *kind; // the name that the monitor prints

	// The kind of memory, which most code compares: the table itself; for the backend of
	// registered areas (vm/uffd_fault.c), the table of their memory without registration.
	const struct area_ops *plain;

	// The table of such areas that are registered with a userfaultfd; NULL: there are none.
	const struct area_ops *registered;

	// Install a page at `va`, which is page-aligned and inside `area`. The area's protection
	// admits `access`; the caller has checked that.
	// Caller: holds as->lock for reading.
	// Returns 0; -EAGAIN if the entry has changed meanwhile (the program runs the instruction
	// again); -ENOMEM if out of memory; -ENXIO if the address lies beyond the end of the
	// backing object, or no large page is left (the program gets SIGBUS), or if a handler of a
	// userfaultfd must bring the page (uffd_sleep).
	int (*fault)(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access);

	// The address bits that must be 0 wherever such an area begins, ends or is cut, and in its
	// offset. For small pages this is 0, for large pages LARGE_SIZE - 1: no cut may go through
	// a large page.
	uintptr_t uncut;

	// Reserve the pages that `area` will need. The area is about to enter the tree; whatever
	// was mapped in its range has been unmapped. NULL: this backend reserves nothing.
	// Caller: holds as->lock for writing. Returns 0 or -ENOMEM.
	int (*reserve)(struct aspace *as, struct area *area);

	// Remove all pages in [start, end) from the page tables; the area itself stays. With
	// `keep_marks` a page that userfaultfd has write-protected leaves a marker, if the area is
	// registered for that. NULL: ptes_unmap does this.
	// Caller: as for ptes_unmap.
	void (*discard)(struct area *area, uintptr_t start, uintptr_t end, bool keep_marks);
};

extern const struct area_ops anon_ops;   // zeroes at first, private
extern const struct area_ops object_ops; // pages of a memory object
extern const struct area_ops linear_ops; // device memory: physical addresses from `offset` on
extern const struct area_ops large_ops;  // large pages of a memory object that has such

// The same kinds of memory, registered with a userfaultfd (uffd_fault.c).
extern const struct area_ops uffd_anon_ops, uffd_object_ops, uffd_large_ops;

// An area's protection is a set of PROT_READ, PROT_WRITE and PROT_EXEC from <abi/mman.h>. Without
// NX, whatever is readable can be executed, and i386 has no page that can be written but not read.
// So PROT_EXEC alone lets the program read, and PROT_WRITE alone too.
//
// AREA_ bits: what mmap(), madvise(), mlock() and the backends note about an area.
#define AREA_SHARED 0x001u    // writes go to the object; otherwise to private pages
#define AREA_GROWSDOWN 0x002u // a stack: grows when the page below is touched
#define AREA_LOCKED 0x004u    // mlock: pages stay in memory
#define AREA_ONFAULT 0x400u   // with AREA_LOCKED: faults bring the pages in, not mlock itself
#define AREA_LOCKS (AREA_LOCKED | AREA_ONFAULT)
#define AREA_DONTFORK 0x008u   // fork: the child does not inherit the area
#define AREA_WIPEONFORK 0x010u // fork: the child inherits the area without its pages
#define AREA_RANDOM 0x020u     // madvise: the expected use; only areas of equal use merge
#define AREA_SEQUENTIAL 0x040u
#define AREA_DONTDUMP 0x080u
#define AREA_NORESERVE 0x100u
#define AREA_NOWRITE 0x200u          // shared mapping of a file opened for reading: never writable
#define AREA_WRITE_COMBINING 0x0800u // linear_ops: the processor may collect writes into bursts
#define AREA_UNCACHED 0x1000u        // linear_ops: each access reaches the device; else write-back
#define AREA_NAMED 0x2000u      // a piece of a named area: its name is counted (vm/counted_name.h)
#define AREA_RESERVED 0x4000u   // large_ops, private: each of its pages is reserved
#define AREA_WRITE_OPEN 0x8000u // of a file opened for writing: counted in object->write_opens
#define AREA_UFFD_MISSING 0x10000u // registered: faults on missing pages become messages
#define AREA_UFFD_WP 0x20000u      // writes to pages that the handler has write-protected too
#define AREA_UFFD_MINOR 0x40000u   // faults on pages that only the object has too
// An area may have marks that no registration explains: poison, or write-protection of an earlier one.
// Its backend is the one of registered memory, which looks for them.
#define AREA_MARKED 0x80000u
#define AREA_SOFT_CLEAN \
	0x100000u // /proc/PID/clear_refs has cleared the soft-dirty bits since it was made
#define AREA_SEALED 0x200000u   // mseal: never unmapped, moved or protected otherwise
#define AREA_LABELLED 0x400000u // PR_SET_VMA gave it a name, which is counted (vm/area_name.c)
#define AREA_UFFD_MODES (AREA_UFFD_MISSING | AREA_UFFD_WP | AREA_UFFD_MINOR)

// One area. Its position is kept twice: in the tree, for searches, and on the space's list, for
// walks in address order.
// [s] the space's lock   [o] the object's lock   [c] constant
struct area {
	uintptr_t start, end;      // [s] [start, end), page-aligned
	struct area *left, *right; // [s] in the tree
	struct area *parent;       // [s]
	struct list link;          // [s] on the space's list, by address
	uintptr_t gap;             // [s] free bytes between the previous area and this one
	uintptr_t max_gap;         // [s] the largest `gap` in the subtree
	uint32_t flags;            // [s] AREA_ bits
	uint8_t height;            // [s] of the subtree
	uint8_t prot;              // [s] PROT_ bits
	uint16_t object_round;     // [o] the last change of the object that visited this area
	const struct area_ops
		*ops;          // [s] changes only between a kind of memory and its registered table
	struct aspace *as;     // [c]
	struct uffd *uffd;     // [s] registered with it (vm/uffd.h): one reference; else NULL
	struct object *object; // [c] object_ops, large_ops: one reference; else NULL
	uint64_t offset;       // [s] offset of `start` in the backing object or device, in bytes
	struct list object_link; // [o] on the object's list of the areas that map it
	// [s] for /proc/PID/maps: "[heap]", a named area's, the program's (AREA_LABELLED), or NULL
	const char *name;
	struct area_block *block; // [c] the block of areas that it lies in (area_edit.c), or NULL
};

// The largest number of areas in a space. Calls that would add one more fail with -ENOMEM, as with
// Linux's vm.max_map_count. The kernel never changes this number; tests set a smaller one.
extern size_t areas_max;

#define STACK_GUARD (1u << 20) // bytes below a stack that mmap() leaves free for the stack

// Returns the lowest address that belongs to `area` or to the guard below it. Only areas with
// AREA_GROWSDOWN, the stacks, have a guard: the STACK_GUARD bytes below area->start, or all bytes
// from 0 on if there are fewer, into which the stack may still grow. Other areas may lie there.
static inline uintptr_t area_guard_start(const struct area *area)
{
	if (!(area->flags & AREA_GROWSDOWN))
		return area->start;
	return area->start > STACK_GUARD ? area->start - STACK_GUARD : 0;
}

// Returns a text for messages: the name of `area`, "a mapping" if it has none, "nothing" if `area`
// is NULL. The caller frees nothing; the text is valid as long as the area.
static inline const char *area_title(const struct area *area)
{
	return area && area->name ? area->name : area ? "a mapping" : "nothing";
}

// The areas of one address space. The lock of the space guards the tree.
struct area_tree {
	struct area *root;
	struct list list; // by address
	size_t count;
};

// Make `tree`, new memory, an empty tree.
void area_tree_init(struct area_tree *tree);

// Returns the area that contains `va`, start <= va < end, or NULL if there is none; `va` may be any
// number. Takes O(log n) steps, and no lock: that of the space keeps the tree as it is, and the
// result valid.
struct area *area_find(const struct area_tree *tree, uintptr_t va);

// Returns the lowest area that ends above `va`, va < end: the area that contains `va`, or else the
// next one. Returns NULL if there is none. Takes O(log n) steps, and no lock: as area_find.
struct area *area_find_from(const struct area_tree *tree, uintptr_t va);

// Return the next or the previous area in address order; NULL if `area`, which is in `tree`, is the
// last or the first. Take O(1) steps, and no lock: as area_find.
struct area *area_next(const struct area_tree *tree, const struct area *area);
struct area *area_prev(const struct area_tree *tree, const struct area *area);

// Returns the area with the highest addresses, or NULL if the tree is empty. Takes no lock: as
// area_find.
static inline struct area *area_last(const struct area_tree *tree)
{
	return list_empty(&tree->list) ? NULL : list_entry(tree->list.prev, struct area, link);
}

// Insert `area`, whose range and other fields are filled in, but not those of tree and list.
// - Its place in the tree: a leaf, left of every node with a higher start, right of all others. Set
//   left, right, parent, and the pointer to the area in its parent or tree->root.
// - Its place on the list (link): after the previous area, or first.
// - Count the area in tree->count.
// - Set its height and max_gap to 0, so that rebalance sees a change; compute its gap (gap_before);
//   call rebalance for it; and then gap_changed for the next area, whose gap has become smaller.
// Takes O(log n) steps.
// Caller: holds the lock of area->as for writing; the area is in no tree, and overlaps no area of
// this tree.
void area_insert(struct area_tree *tree, struct area *area);

// Build a tree from areas that arrive in address order, in O(n) instead of O(n log n): call
// area_append for each area, then area_tree_build once, for a tree that was empty and that nobody
// else knows. Between these calls only the list is valid: the caller must not search, insert or
// remove. area_append_copy is for a copy of an area if that area's predecessor has been copied too,
// so that `gap` is right already. area_tree_build, which does nothing without areas, calls `step`,
// unless it is NULL, once for each area, so that the caller can yield; `step` must not use the
// tree.
void area_append(struct area_tree *tree, struct area *area);
static inline void area_append_copy(struct area_tree *tree, struct area *area)
{
	list_add_tail(&tree->list, &area->link);
	tree->count++;
}
void area_tree_build(struct area_tree *tree, void (*step)(void));

// Remove `area`, which is in `tree`, in O(log n) steps; nothing of it is freed, and the caller owns
// it. as->hint, which may name it, and as->pages are the caller's (area_drop).
// Caller: holds the lock of area->as for writing.
void area_remove(struct area_tree *tree, struct area *area);

// Change the range of `area`, which is in `tree`, to [start, end), which is page-aligned, not
// empty, and overlaps no neighbour (it may touch one: nothing merges). Offset, as->pages and
// entries are the caller's.
// Caller: holds the lock of area->as for writing.
void area_resize(struct area_tree *tree, struct area *area, uintptr_t start, uintptr_t end);

// Find the lowest multiple of `align`, a power of two, at which `len` bytes within [low, high) are
// free. The guard of a stack (area_guard_start) does not count as free. Free memory is the gap
// below each area, area->gap bytes from the end of the previous area or from 0 on, and all memory
// after the last area. No sum may wrap around: `len` may be any number, `align` may be as large as
// 2^31, and `high` may be less than `len` or than `low`.
// Takes O(log n) steps where `align` is one page: skips a subtree whose max_gap is less than `len`.
// Caller: len > 0.
// Returns 0 with the address in *store; -ENOMEM if there is none, with *store unchanged.
int area_find_gap(const struct area_tree *tree, uintptr_t low, uintptr_t high, size_t len,
                  size_t align, uintptr_t *store);

// Panic unless the areas are ordered and disjoint, the tree is balanced and counts its areas right,
// and every gap is right. Takes O(n log n) steps, and no lock: the tree must not change meanwhile.
// For tests and debug builds.
void area_tree_check(const struct area_tree *tree);
