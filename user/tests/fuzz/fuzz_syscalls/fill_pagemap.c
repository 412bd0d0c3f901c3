// fill_pagemap.c: what PAGEMAP_SCAN takes.

#include "fuzz.h"

#include <abi/pageflags.h>
#include <string.h>

static uint64_t categories(uint32_t *state)
{
	return one_in(state, 2)  ? 0 :
	       one_in(state, 64) ? random_word(state) :
	                           1u << below(state, 9);
}

// A range of the arena mostly, or of the whole space; regions for the slot's other page, or for anywhere.
void fill_pagemap(uint64_t *fields, uint32_t slot, uint32_t *state)
{
	struct pm_scan_arg *arg = (struct pm_scan_arg *)fields;

	memset(arg, 0, sizeof(*arg));
	arg->size = one_in(state, 64) ? below(state, 128) : sizeof(*arg);
	arg->flags = one_in(state, 64) ? random_word(state) : below(state, 4);
	arg->start = one_in(state, 16) ? 0 : raw_value('a', state);
	arg->end = one_in(state, 8) ? random_word(state) : arg->start + raw_value('L', state);
	arg->vec = one_in(state, 4) ? raw_value('a', state) : SLOTS_BASE + slot * SLOT_SIZE + 256;
	arg->vec_len = one_in(state, 16) ? random_word(state) : below(state, 120);
	arg->max_pages = one_in(state, 2) ? 0 : below(state, 40);
	arg->category_inverted = categories(state);
	arg->category_mask = categories(state);
	arg->category_anyof_mask = categories(state);
	arg->return_mask = one_in(state, 8) ? categories(state) : PAGE_IS_ALL;
}
