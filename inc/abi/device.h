// Device numbers: 12 bits of major and 20 of minor, spread as Linux spreads them in st_dev and
// st_rdev (the low 8 bits of the minor first, then the major, then the rest of the minor).
#pragma once

#include <abi/types.h>

static inline dev_t makedev(unsigned int major_number, unsigned int minor_number)
{
	return (minor_number & 0xff) | (dev_t)(major_number & 0xfff) << 8 |
	       (dev_t)(minor_number & ~0xffu) << 12;
}

static inline unsigned int major(dev_t device)
{
	return (unsigned int)(device >> 8) & 0xfff;
}

static inline unsigned int minor(dev_t device)
{
	return ((unsigned int)device & 0xff) | ((unsigned int)(device >> 12) & ~0xffu);
}
