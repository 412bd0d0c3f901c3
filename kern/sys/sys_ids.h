// sys_ids.h: ids of 16 bits, which the old calls take and return.
#pragma once

#include "thread/credentials.h"

// The id of 16 bits that stands for every id that needs more.
#define OVERFLOW_ID 65534

// Returns the id of 32 bits that an id of 16 bits means: -1 stays -1.
static inline uint32_t wide_id(uint32_t id)
{
	return (uint16_t)id == 0xffff ? ID_UNCHANGED : (uint16_t)id;
}

// Returns the id of 16 bits by which an old call reports `id`.
static inline uint16_t narrow_id(uint32_t id)
{
	return id > 0xffff ? OVERFLOW_ID : (uint16_t)id;
}
