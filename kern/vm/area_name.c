// area_name.c: names that programs give their memory (PR_SET_VMA), for those who read /proc/PID/maps.
#include "mem/heap.h"
#include "vm/area_edit.h"
#include "vm/counted_name.h"
#include "vm/seal_name.h"

#define NAME_BYTES kmalloc_footprint(AREA_LABEL_MAX)

// Several areas may have one name. Each counts it, so that no space counts too little.
void area_name_get(struct area *area)
{
	counted_name_get(area->name);
	__atomic_add_fetch(&area->as->area_bytes, NAME_BYTES, __ATOMIC_RELAXED);
}

void area_name_put(struct area *area)
{
	counted_name_put(area->name);
	__atomic_sub_fetch(&area->as->area_bytes, NAME_BYTES, __ATOMIC_RELAXED);
}
