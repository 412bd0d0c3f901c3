// generate.c: which operation comes next, from a pseudo-random sequence that a seed begins. Where
// the operations aim depends on what earlier ones did (model.c), so that most hit something.

#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>

bool op_allowed[OP_COUNT];
bool allow_growsdown, allow_spoilt;

static uint32_t state;

// One step of a xorshift generator (Marsaglia, "Xorshift RNGs", 2003).
static uint32_t step(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

void random_seed(uint32_t seed)
{
	state = seed * 0x9e3779b1u + 0x7f4a7c15u;
	if (state == 0)
		state = 1;
	for (int i = 0; i < 8; i++)
		step();
}

void random_leap(void)
{
	random_seed(state ^ 0x55555555u);
}

// From 0 to n - 1.
uint32_t random_below(uint32_t n)
{
	return (uint32_t)((uint64_t)step() * n >> 32);
}

bool one_in(uint32_t n)
{
	return random_below(n) == 0;
}

uint32_t place_of_slot(uint32_t slot)
{
	if (slot < WINDOW_PAGES)
		return slot * PAGE;
	return HEAP_PLACE + (slot - WINDOW_PAGES) * PAGE;
}

// A slot, mostly one where something is mapped whose protection has one of the bits `prot` (0: none asked).
uint32_t pick_slot(uint32_t prot)
{
	uint32_t slot = 0;
	bool any = one_in(5);

	for (int tries = 0; tries < 12; tries++) {
		slot = one_in(12) ? WINDOW_PAGES + random_below(HEAP_PAGES) :
		                    random_below(WINDOW_PAGES);
		if (any || (slots[slot].piece && (!prot || slots[slot].prot & prot)))
			break;
	}
	return slot;
}

static uint32_t region_end(uint32_t slot)
{
	return slot < WINDOW_PAGES ? WINDOW_PAGES : SLOTS;
}

uint32_t stretch_end(uint32_t place)
{
	return place < HEAP_PLACE ? WINDOW_PAGES * PAGE : HEAP_PLACE + HEAP_PAGES * PAGE;
}

// Bytes that round up to `pages` pages; mostly full ones.
uint32_t pick_length(uint32_t pages)
{
	return pages * PAGE - (one_in(8) ? random_below(PAGE) : 0);
}

// A range in the first two arguments, at most `max_pages` long, mostly where the protection is `prot`:
// whole pieces now and then, short more often than long.
void pick_range(struct op *op, uint32_t max_pages, uint32_t prot)
{
	uint32_t slot = pick_slot(prot), end, pages;
	uint16_t piece = slots[slot].piece;

	if (piece && one_in(3)) {
		for (end = slot + 1; end < SLOTS && slots[end].piece == piece;)
			end++;
		while (slot > 0 && slots[slot - 1].piece == piece)
			slot--;
		pages = end - slot;
	} else {
		pages = 1 + random_below(1 + random_below(16));
	}
	if (pages > region_end(slot) - slot)
		pages = region_end(slot) - slot;
	if (pages > max_pages)
		pages = max_pages;
	op->arg[0] = place_of_slot(slot);
	op->arg[1] = pick_length(pages);
}

void generate_access(struct op *op)
{
	uint32_t offset = one_in(2) ? 0 : one_in(2) ? PAGE - 4 : random_below(PAGE) & -4u;

	op->arg[0] = place_of_slot(pick_slot(op->code == OP_STORE ? PROT_WRITE : 0)) + offset;
	op->arg[1] = op->code == OP_STORE ? step() : 0;
}

void generate_digest(struct op *op)
{
	if (one_in(4)) {
		op->arg[1] = SLOTS;
		return;
	}
	op->arg[0] = pick_slot(0);
	op->arg[1] = 1 + random_below(8);
}

void generate_file_digest(struct op *op)
{
	op->arg[0] = one_in(2) ? FILE_A : FILE_B;
}

static enum op_code pick_code(void)
{
	uint32_t total = 0, at;

	for (int code = 0; code < OP_COUNT; code++)
		total += op_allowed[code] ? op_kinds[code].weight : 0;
	at = random_below(total);
	for (int code = 0; code < OP_COUNT; code++) {
		uint32_t weight = op_allowed[code] ? op_kinds[code].weight : 0;

		if (at < weight)
			return (enum op_code)code;
		at -= weight;
	}
	return OP_DIGEST;
}

// The next of `room` operations that are left to this process.
void generate(struct op *op, uint32_t room)
{
	memset(op, 0, sizeof(*op));
	op->code = pick_code();
	if (op->code == OP_FORK) {
		op->arg[0] = 2 + random_below(30);
		if (op->arg[0] + 3 > room)
			op->code = OP_DIGEST;
	}
	if (op_kinds[op->code].generate)
		op_kinds[op->code].generate(op);
	if (allow_spoilt && one_in(16))
		spoil(op);
	keep_away(op);
}
