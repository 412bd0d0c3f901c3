// physical_map.h: what physical addresses stand for: memory, or devices.
#pragma once

#include "mem/page.h"

// From here up to 4 GiB lie the interrupt controllers, the timers and the firmware: a program that
// wrote there could stop the kernel (Intel 440FX and ICH chipsets; Intel SDM vol. 3, 11.4.1).
#define PHYSICAL_CONTROLLERS 0xFEC00000u

// Remember which physical addresses are RAM: `count` sorted, disjoint, page-aligned ranges, which
// must stay. Once, at boot.
void physical_init(const struct mem_range *ram, size_t count);

// Are the `len` > 0 bytes from `pa` on a device's, so that programs may map them: below
// PHYSICAL_CONTROLLERS, and no page of them with RAM, also such as the kernel does not use?
bool physical_is_device(physaddr_t pa, size_t len);
