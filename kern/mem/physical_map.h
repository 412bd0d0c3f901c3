// physical_map.h: which physical addresses are memory, and which are devices.
#pragma once

#include "mem/page.h"

// From here up to 4 GiB are the interrupt controllers, the timers and the firmware. A program that
// wrote there could stop the kernel (Intel 440FX and ICH chipsets; Intel SDM vol. 3, 11.4.1).
#define PHYSICAL_CONTROLLERS 0xFEC00000u

// Remember which physical addresses are RAM: ram[count], ranges that are sorted, disjoint and
// page-aligned; a page that is RAM in part belongs to one. The array is not copied, and must stay
// valid. Once, at boot; before it no address counts as RAM.
void physical_init(const struct mem_range *ram, size_t count);

// Returns true if programs may map the `len` > 0 bytes from `pa` on as a device's: all of them lie
// below PHYSICAL_CONTROLLERS, and none of their pages is RAM, not even RAM that the kernel does
// not use. `pa` and `len` need not be page-aligned; false if pa + len wraps around. Whether there
// is a device at all is not asked.
bool physical_is_device(physaddr_t pa, size_t len);
