// sys_timespec.h: times as programs pass them, in their two forms: seconds of 32 or (`wide`) of 64
// bits.
#pragma once

#include "kern.h"
#include <abi/time.h>

// Returns the size of such a struct: 16 bytes if `wide`, else 8.
static inline size_t timespec_size(bool wide)
{
	return wide ? sizeof(struct timespec64) : sizeof(struct timespec);
}

// Fetch the time at `from`, in ns; one that does not fit becomes the greatest that does, about 292
// years. `wide`: it is a struct timespec64, else a struct timespec; of the wide form only the lower
// 32 bits of tv_nsec count. Copies from the user: no lock may be held. Returns 0; -EFAULT if it
// cannot be read; -EINVAL for a negative time or 10^9 ns or more in tv_nsec. After an error
// *ns_store is unchanged.
int get_ns(const void __user *from, uint64_t *ns_store, bool wide);

// Fetch an absolute time-out at `from` (NULL: none) as a time of clock_ns(): NO_DEADLINE for none, 0
// for one before the boot. `realtime`: it is a time of CLOCK_REALTIME, else of CLOCK_MONOTONIC.
// `wide`: as for get_ns. Returns as get_ns: 0; -EFAULT; -EINVAL. After an error *deadline is
// NO_DEADLINE.
int get_absolute_deadline(const void __user *from, bool wide, bool realtime, uint64_t *deadline);

// Store `ns` at `store` as a struct timespec64 (`wide`) or a struct timespec; the narrow form keeps
// the lower 32 bits of the seconds. Copies to the user: no lock may be held. Returns 0; -EFAULT if
// the memory at `store` cannot be written, perhaps with a part stored.
int put_ns(void __user *store, uint64_t ns, bool wide);
