// seal_name.h: what programs write on their mappings: seals (mseal) and names (PR_SET_VMA).
#pragma once

#include "vm/aspace.h"

// Seal [va, va + len), `len` in bytes, rounded up to pages, as mseal() does: what would unmap, move
// or protect its areas otherwise, or discard what the program may not write, is -EPERM from now on.
// Yields. Caller: holds no lock.
// Returns 0, with `len` 0 too; with nothing sealed: -EINVAL for an unaligned `va`, a cut through a
// large page, and a piece of a named area, which its own calls change; -ENOMEM for a hole, and for
// a range that wraps around; with areas below sealed: -ENOMEM if out of memory or at areas_max;
// -EINTR if the thread is killed.
int aspace_seal(struct aspace *as, uintptr_t va, size_t len);

// The room for a name that a program gives its memory, with the NUL.
#define AREA_LABEL_MAX 80

// Give all memory in [va, va + len), `len` in bytes, rounded up to pages, that shows no file the
// name `name`, which /proc/PID/maps shows; it is copied, and at most AREA_LABEL_MAX - 1 bytes long.
// NULL takes names away. Heap and stacks keep the names that they have. Yields. Caller: holds no
// lock. Returns 0, with `len` 0 too; -EINVAL for an unaligned `va` or a range that wraps around;
// with areas below named: -EBADF for an area that shows a file or a device, or is a piece of a
// named area;
// -ENOMEM if out of memory or at areas_max; -EINTR if the thread is killed. A hole ends nothing, but
// gives -ENOMEM at the end.
int aspace_set_name(struct aspace *as, uintptr_t va, size_t len, const char *name);
