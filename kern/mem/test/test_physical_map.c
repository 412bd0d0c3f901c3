// test_physical_map.c: memory and devices by their physical addresses.
#include "debug/ktest.h"
#include "mem/physical_map.h"

KTEST(physical_screen_is_a_device)
{
	EXPECT(physical_is_device(0xA0000, 0x20000));
	EXPECT(physical_is_device(0xB8000, PAGE_SIZE));
	EXPECT(physical_is_device(0xB8000, 1));
}

KTEST(physical_memory_is_none)
{
	EXPECT(!physical_is_device(0, PAGE_SIZE));
	EXPECT(!physical_is_device(0x1000, PAGE_SIZE));
	EXPECT(!physical_is_device(0x100000, 1));
	EXPECT(!physical_is_device((page_total - 1) << PAGE_SHIFT, PAGE_SIZE));
	for (size_t ppn = 0; ppn < page_total; ppn++)
		if (pages[ppn].kind != PAGE_RESERVED)
			EXPECT(!physical_is_device(ppn << PAGE_SHIFT, PAGE_SIZE));
}

KTEST(physical_range_with_one_page_of_memory_is_none)
{
	EXPECT(!physical_is_device(0xB8000, 0x100000));
	EXPECT(!physical_is_device(0xFFFFF, 2));
	EXPECT(!physical_is_device(0x1000, 0xB8000));
}

KTEST(physical_controllers_and_firmware_are_none)
{
	EXPECT(physical_is_device(PHYSICAL_CONTROLLERS - PAGE_SIZE, PAGE_SIZE));
	EXPECT(!physical_is_device(PHYSICAL_CONTROLLERS - PAGE_SIZE, PAGE_SIZE + 1));
	EXPECT(!physical_is_device(PHYSICAL_CONTROLLERS, 1));
	EXPECT(!physical_is_device(0xFEE00000, PAGE_SIZE));
	EXPECT(!physical_is_device(0xFFFFF000, PAGE_SIZE));
	EXPECT(!physical_is_device(0xF0000000, UINT32_MAX));
}
