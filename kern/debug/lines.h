// lines.h: source lines of addresses in the kernel's code. The build makes the table from the
// linked kernel's debug information (grade/tools/klines.py).
//
// The table has a row wherever the line changes. Row after row is packed into bytes: the distance
// to the row's address, then twice its change of line (the sign in the lowest bit) plus 1 if the
// file changes, then the file's number if it does. Numbers have seven bits in a byte, the lowest
// first; the top bit says that more follow. Every 64th row is in the index and not in the bytes.
#pragma once

#include "kern.h"

struct line_mark {
	uint32_t address;
	uint32_t at;   // where the bytes of the rows after it begin
	uint32_t file; // index in line_files; 0: no line is known here
	uint32_t line;
};

// Returns the name of the file from which the instruction that contains `address` was compiled, as
// in `kern/mem/page_alloc.c`, with the line in *line_store. Returns NULL if that is not known;
// *line_store is undefined then. Takes no lock.
const char *line_find(uintptr_t address, uint32_t *line_store);
