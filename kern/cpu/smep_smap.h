// smep_smap.h: the processor's protections of the kernel against itself and its programs: SMEP (the
// kernel executes no user page), SMAP (it touches none, except between `stac` and `clac`), UMIP
// (programs cannot read descriptor tables).
#pragma once

#include "kern.h"

// True if the processor has SMAP and it is on. Constant after smep_smap_init.
extern bool cpu_has_smap;

// True if the processor has SSE. Constant after smep_smap_init.
extern bool cpu_has_sse;

// Turn on those protections that this processor has, and CR0.WP; patch in `clac` and `stac` if it
// has SMAP. Set cpu_has_smap and cpu_has_sse. Turn on SSE, alignment checks and errors of the FPU
// for programs, and set CR0.TS: the first FPU instruction traps. Once, at boot, while the kernel's
// text is still writable. Caller: segment_init.
void smep_smap_init(void);
