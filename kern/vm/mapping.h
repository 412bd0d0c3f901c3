// mapping.h: map and unmap for callers that hold the address space's lock, and the choice of an
// address.
#pragma once

#include "vm/aspace.h"

// Map and unmap, like aspace_map and aspace_unmap. Caller: holds as->lock for writing.
int map_locked(struct aspace *as, const struct map_request *request, uintptr_t *va_store);
int unmap_locked(struct aspace *as, uintptr_t start, uintptr_t end);

// The two steps of unmap_locked. Only the first can fail: it returns 0, -EINVAL or -ENOMEM. The
// second yields; a thread that is killed meanwhile completes it, because its end would have to do
// this work anyway.
int unmap_prepare(struct aspace *as, uintptr_t start, uintptr_t end);
void unmap_commit(struct aspace *as, uintptr_t start, uintptr_t end);

// Find `len` free bytes for an area with the backend `ops`: at `hint` if possible, else at the
// lowest address from MMAP_BASE on. Returns 0 with the address in *store, or -ENOMEM.
// Caller: holds as->lock.
int find_room(struct aspace *as, const struct area_ops *ops, uintptr_t hint, size_t len,
              uintptr_t *store);

// Returns true if the current thread's RLIMIT_AS and RLIMIT_DATA admit `len` more bytes of areas
// with this protection and these flags in `as`.
// Caller: holds as->lock.
bool aspace_may_grow(struct aspace *as, size_t len, int prot, uint32_t flags);

// Returns true if [va, va + len) is a range of user addresses, `va` page-aligned, len > 0.
bool range_valid(uintptr_t va, size_t len);
