// uffd_internal.h: what the files of userfaultfd share (vm/uffd.h has the rest).
#pragma once

#include "vm/ptes.h"
#include "vm/uffd.h"

// Returns true if the context has the feature (UFFD_FEATURE_).
static inline bool uffd_has(const struct uffd *uffd, uint32_t feature)
{
	return __atomic_load_n(&uffd->features, __ATOMIC_RELAXED) & feature;
}

// Returns true if a page can be filled where the entry is `entry`: no page is there.
static inline bool uffd_fillable(pte_t entry)
{
	return entry == 0;
}
