// physical_map.c: distinguish physical addresses of devices from those of memory.
#include "mem/physical_map.h"

static const struct mem_range *ram;
static size_t ram_count;

void physical_init(const struct mem_range *ranges, size_t count)
{
	ram = ranges;
	ram_count = count;
}

bool physical_is_device(physaddr_t pa, size_t len)
{
	if (pa >= PHYSICAL_CONTROLLERS || len > PHYSICAL_CONTROLLERS - pa)
		return false;
	for (size_t i = 0; i < ram_count; i++)
		if (pa < ram[i].end && ram[i].start < pa + len)
			return false;
	return true;
}
