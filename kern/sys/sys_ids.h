// sys_ids.h: ids of 16 bits, which the old calls take and return.
#pragma once

#include "thread/credentials.h"

// The id of 16 bits that stands for every id that needs more.
#define OVERFLOW_ID 65534

// Returns the id of 32 bits that the lower 16 bits of `id` mean: 0xffff becomes -1 (ID_UNCHANGED).
static inline uint32_t wide_id(uint32_t id)
{
	return (uint16_t)id == 0xffff ? ID_UNCHANGED : (uint16_t)id;
}

// Returns the id of 16 bits by which an old call reports `id`: OVERFLOW_ID if it needs more.
static inline uint16_t narrow_id(uint32_t id)
{
	return id > 0xffff ? OVERFLOW_ID : (uint16_t)id;
}
