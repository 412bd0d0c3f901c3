// memory_type.h: the page attribute table (Intel SDM vol. 3, 12.12), which says what the cache
// bits of a page-table entry mean. The kernel changes one of the processor's eight meanings: an
// entry with PAT alone set is write-combining. That suits memory that is only drawn into.
#pragma once

#include <stdbool.h>

// True if the PAT bit of an entry means write-combining. False until pat_init, and on a processor
// without a PAT, where the bit is reserved.
extern bool pat_write_combining;

// Program the table, and set pat_write_combining, if the processor has a PAT; else do nothing.
// Once, at boot, before any entry has the PAT bit.
void pat_init(void);
