// memory_type.h: the page attribute table (Intel SDM vol. 3, 12.12): what the cache bits of a page-table entry
// mean. The processor's own meanings stay but for one: the entry's PAT bit alone is write-combining,
// for memory that is only drawn into.
#pragma once

#include <stdbool.h>

// Does the PAT bit of an entry mean write-combining? Set by pat_init; without a PAT it is reserved.
extern bool pat_write_combining;

// Program the table, where the processor has one. Once, before the first entry with the PAT bit.
void pat_init(void);
