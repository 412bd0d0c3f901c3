// area.h: areas, the stretches of an address space that something stands behind, and the ordered
// tree in which an address space keeps them. Finding the area at an address, the next one, and a
// free range of a given size all take O(log n).
#pragma once

#include "kern.h"
#include "list.h"
#include "mem/pgdir.h"

struct aspace;
struct area;
struct object;
struct tlb_batch;

// Why a page was touched.
enum fault_access {
	ACCESS_READ,
	ACCESS_WRITE,
};

// What stands behind an area.
struct area_ops {
	const char *kind; // for the monitor

	// Put a page behind `va`, page-aligned and inside the area, whose rights admit `access`.
	// Caller: holds the space's lock for reading. Returns 0, -ENOMEM, or -ENXIO where nothing
	// stands behind the address (SIGBUS).
	int (*fault)(struct aspace *as, struct area *area, uintptr_t va, enum fault_access access);

	// Bits that are 0 in every address at which such an area may begin, end or be cut, and in
	// offsets: 0 where all pages are small.
	uintptr_t uncut;

	// Put aside what the area will need, which is about to enter its tree; what was in its range
	// is gone. 0 or -ENOMEM. [nothing] Caller: holds the space's lock for writing.
	int (*reserve)(struct aspace *as, struct area *area);

	// Take all pages in [start, end) out of the page tables; the area stays. [ptes_unmap] Caller:
	// as for ptes_unmap.
	void (*discard)(struct area *area, uintptr_t start, uintptr_t end);
};

extern const struct area_ops anon_ops;   // zeroes at first, private
extern const struct area_ops object_ops; // pages of a memory object
extern const struct area_ops linear_ops; // device memory: physical addresses from `offset` on
extern const struct area_ops large_ops;  // large pages of a memory object that has such

// Rights are PROT_READ, PROT_WRITE, PROT_EXEC of <abi/mman.h>. Without NX whatever is readable can
// be executed, and i386 has no page that can be written and not read.
#define AREA_SHARED 0x001u    // writes go to the object; otherwise they are the space's own
#define AREA_GROWSDOWN 0x002u // a stack: grows when the page below is touched
#define AREA_LOCKED 0x004u    // mlock: pages are never taken away
#define AREA_ONFAULT 0x400u   // with AREA_LOCKED: pages come when they are touched, not before
#define AREA_LOCKS (AREA_LOCKED | AREA_ONFAULT)
#define AREA_DONTFORK 0x008u   // a fork's child does not get it
#define AREA_WIPEONFORK 0x010u // a fork's child gets it empty
#define AREA_RANDOM 0x020u     // madvise: how it will be used; as on Linux that keeps areas apart
#define AREA_SEQUENTIAL 0x040u
#define AREA_DONTDUMP 0x080u
#define AREA_NORESERVE 0x100u
#define AREA_NOWRITE 0x200u // shared, of a file that was opened for reading: never writable
#define AREA_WRITE_COMBINING 0x0800u // linear_ops: what is written may wait, and go in one piece
#define AREA_UNCACHED 0x1000u        // linear_ops: each access goes to the device; else write-back
#define AREA_NAMED 0x2000u           // part of a named area: its name is that one's (vm/named.h)
#define AREA_RESERVED 0x4000u        // large_ops, private: pages are put aside for all of it
#define AREA_WRITE_OPEN 0x8000u      // of a file opened for writing: counts in object->write_opens

// [s] the space's lock   [o] the object's lock   [c] constant
struct area {
	uintptr_t start, end;       // [s] [start, end), page-aligned
	struct area *left, *right;  // [s] in the tree
	struct area *parent;        // [s]
	struct list link;           // [s] on the space's list, by address
	uintptr_t gap;              // [s] bytes behind the area before that may be given out
	uintptr_t max_gap;          // [s] the greatest gap in the subtree
	uint8_t height;             // [s] of the subtree
	uint8_t prot;               // [s] PROT_ bits
	uint16_t flags;             // [s] AREA_ bits
	const struct area_ops *ops; // [c]
	struct aspace *as;          // [c]
	struct object *object;      // [c] object_ops, large_ops: one reference; else NULL
	uint64_t offset;            // [s] bytes into what stands behind the area, at `start`
	struct list object_link;    // [o] on the object's list of areas
	uint16_t object_round;      // [o] the object's last round that has visited it
	const char *name;           // [c] for /proc/PID/maps: "[heap]", a named area's, or NULL
};

// How many areas a space may have before calls that would add one fail (Linux's vm.max_map_count).
// A constant; tests set a smaller number.
extern size_t areas_max;

#define STACK_GUARD (1u << 20) // bytes below a stack that are not given out: it may need them

// Where the bytes begin that others leave free below an area.
static inline uintptr_t area_guard_start(const struct area *area)
{
	if (!(area->flags & AREA_GROWSDOWN))
		return area->start;
	return area->start > STACK_GUARD ? area->start - STACK_GUARD : 0;
}

// The areas of one address space.
struct area_tree {
	struct area *root;
	struct list list; // by address
	size_t count;
};

void area_tree_init(struct area_tree *tree);

// The area that contains `va`, or NULL.
struct area *area_find(const struct area_tree *tree, uintptr_t va);

// The first area that ends above `va`: the one that contains it or the next one; or NULL.
struct area *area_find_from(const struct area_tree *tree, uintptr_t va);

// The area after or before `area`, or NULL.
struct area *area_next(const struct area_tree *tree, const struct area *area);
struct area *area_prev(const struct area_tree *tree, const struct area *area);

// The area with the highest addresses, or NULL.
static inline struct area *area_last(const struct area_tree *tree)
{
	return list_empty(&tree->list) ? NULL : list_entry(tree->list.prev, struct area, link);
}

// Insert an area that overlaps no other.
void area_insert(struct area_tree *tree, struct area *area);

// Make a tree of areas that come in the order of their addresses: area_append for each, then
// area_tree_build once. Between the two the tree has only its list: nothing is found in it, and nothing may
// be inserted or removed. `step` (NULL: nothing) is called for each area while the tree is built, so
// that the caller can yield.
void area_append(struct area_tree *tree, struct area *area);
void area_tree_build(struct area_tree *tree, void (*step)(void));

void area_remove(struct area_tree *tree, struct area *area);

// Move an area's borders, which must stay between its neighbours.
void area_resize(struct area_tree *tree, struct area *area, uintptr_t start, uintptr_t end);

// The lowest `align`-aligned address in [low, high - len] at which `len` bytes are free, and not a
// stack's guard, in *store.
// 0 or -ENOMEM. `align` is a power of two.
int area_find_gap(const struct area_tree *tree, uintptr_t low, uintptr_t high, size_t len,
                  size_t align, uintptr_t *store);

// Panic unless the tree is ordered, balanced, disjoint and its gaps are right: O(n).
void area_tree_check(const struct area_tree *tree);
