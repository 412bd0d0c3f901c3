// area_pages.h: the pages of one area that are in memory, by their use, as /proc/PID/smaps shows them.
#pragma once

#include "kern.h"

struct area;
struct aspace;

// In pages, except for the shares.
struct area_pages {
	size_t shared_clean, shared_dirty;   // other spaces map them too; written to or not
	size_t private_clean, private_dirty; // only this space maps them
	size_t referenced;                   // used by the program
	size_t anonymous;                    // private memory, not a file's
	size_t shared_large, private_large;  // large pages, which count in none of the others

	// The share of the space in the pages, in bytes: each page divided by the number of spaces that
	// map it.
	uint64_t anonymous_share, object_share;
	uint64_t dirty_share; // of both, in pages that were written to
};

// Add to *sum the pages that entries of `as` map in `area`, an area of `as`: also those with
// PROT_NONE, but not the zero page, device memory, or pages that only the area's object has. *sum
// is all 0 before the first area. Yields with as->lock held: other threads' faults may change
// entries meanwhile. Caller: holds as->lock, for reading or for writing, and no other lock.
void area_count_pages(struct aspace *as, const struct area *area, struct area_pages *sum);
