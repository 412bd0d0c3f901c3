// model.c: what is mapped where, as far as the results of the calls said. The generator aims with
// it; where it is wrong, operations only hit less often. One question must never be answered yes
// wrongly: model_is_one_area.

#include "fuzz.h"

#include <string.h>

uintptr_t heap_base;
struct slot slots[SLOTS];
uint32_t heap_size;
bool model_has_stacks;

static bool lock_future;                  // what is mapped from now on will be locked
static uint32_t pieces;                   // numbers given out
static uint8_t cut[(UINT16_MAX + 1) / 8]; // bit n: piece n may have fallen apart

uintptr_t address_of(uint32_t place)
{
	if (place < WINDOW_PAGES * PAGE)
		return WINDOW + place;
	if (place - HEAP_PLACE < HEAP_PAGES * PAGE)
		return heap_base + (place - HEAP_PLACE);
	return place == OUT ? 0 : place;
}

uint32_t place_of(uintptr_t address)
{
	if (address - WINDOW < WINDOW_PAGES * PAGE)
		return address - WINDOW;
	if (address - heap_base < HEAP_PAGES * PAGE)
		return address - heap_base + HEAP_PLACE;
	return OUT;
}

uint32_t slot_of(uint32_t place)
{
	if (place < WINDOW_PAGES * PAGE)
		return place / PAGE;
	if (place - HEAP_PLACE < HEAP_PAGES * PAGE)
		return WINDOW_PAGES + (place - HEAP_PLACE) / PAGE;
	return SLOTS;
}

void model_reset(void)
{
	memset(slots, 0, sizeof(slots));
	memset(cut, 0, sizeof(cut));
	pieces = 0;
	model_has_stacks = false;
	lock_future = false;
	heap_size = 0;
}

// A number that no piece has.
static uint16_t new_piece(void)
{
	return (uint16_t)(pieces < UINT16_MAX ? ++pieces : pieces);
}

// The slots that `len` bytes from `place` touch: [return value, *end_store).
static uint32_t span(uint32_t place, uint32_t len, uint32_t *end_store)
{
	uint32_t first = slot_of(place);
	uint32_t limit = first < WINDOW_PAGES ? WINDOW_PAGES : SLOTS;
	uint32_t pages = len / PAGE + (place % PAGE + len % PAGE + PAGE - 1) / PAGE;

	*end_store = first == SLOTS || pages > limit - first ? limit : first + pages;
	return first;
}

static bool is_cut(uint16_t piece)
{
	return cut[piece / 8] >> piece % 8 & 1;
}

static void set_cut(uint16_t piece)
{
	cut[piece / 8] |= (uint8_t)(1 << piece % 8);
}

// Something else than before holds for [place, place + len): a piece of which that is only a part
// may be several areas from now on.
void model_cut(uint32_t place, uint32_t len)
{
	uint32_t end, first = span(place, len, &end);

	if (first >= end)
		return;
	if (first > 0 && slots[first - 1].piece == slots[first].piece)
		set_cut(slots[first].piece);
	if (end < SLOTS && slots[end].piece == slots[end - 1].piece)
		set_cut(slots[end].piece);
}

void model_unmap(uint32_t place, uint32_t len)
{
	uint32_t end, first = span(place, len, &end);

	if (first < end)
		memset(&slots[first], 0, (end - first) * sizeof(slots[0]));
}

// One mapping. The slots become as `like` says, but for its piece.
void model_map(uint32_t place, uint32_t len, struct slot like)
{
	uint32_t end, first = span(place, len, &end);
	uint16_t piece = new_piece();

	like.piece = piece;
	model_has_stacks |= like.grows;
	like.locked |= lock_future;
	for (; first < end; first++)
		slots[first] = like;
	if (piece == UINT16_MAX)
		set_cut(piece); // shared by all that came too late
}

// What is at [from, from + len) has moved to `to`; holes have not. Or it also stays, without its
// contents, if `stays`.
void model_move(uint32_t from, uint32_t to, uint32_t len, bool stays)
{
	uint32_t end, first = span(from, len, &end), target = slot_of(to);
	uint16_t old = 0, new = 0;

	model_cut(from, len);
	for (uint32_t i = first; i < end && target < SLOTS; i++, target++) {
		if (!slots[i].piece) {
			old = 0;
			continue;
		}
		if (slots[i].piece != old) {
			old = slots[i].piece;
			new = new_piece();
			if (is_cut(old))
				set_cut(new);
		}
		model_cut(to + (i - first) * PAGE, PAGE);
		slots[target] = slots[i];
		slots[target].piece = new;
		if (!stays)
			slots[i] = (struct slot){ 0 };
	}
}

// Whatever is at [place, place + len) now, no two pages of it are one area for sure.
void model_doubt(uint32_t place, uint32_t len)
{
	uint32_t end, first = span(place, len, &end);

	for (; first < end; first++) {
		slots[first].piece = new_piece();
		set_cut(slots[first].piece);
	}
}

// The protection changes up to the first hole.
void model_protect(uint32_t place, uint32_t len, uint32_t prot)
{
	uint32_t end, first = span(place, len, &end);

	model_cut(place, len);
	for (; first < end && slots[first].piece; first++)
		slots[first].prot = (uint8_t)(prot & 7);
}

// Pages are locked, if only some of them, or all are unlocked.
void model_lock(uint32_t place, uint32_t len, bool lock)
{
	uint32_t end, first = span(place, len, &end);

	model_cut(place, len);
	for (; first < end; first++)
		slots[first].locked = lock;
}

// All pages are locked or unlocked, and all future ones. A child begins with none.
void model_lock_all(bool current, bool future)
{
	lock_future = future;
	for (uint32_t i = 0; i < SLOTS; i++)
		slots[i].locked = current;
}

void model_brk(uint32_t size)
{
	uint32_t old = (heap_size + PAGE - 1) / PAGE * PAGE, new = (size + PAGE - 1) / PAGE *PAGE;

	if (new > old)
		model_map(HEAP_PLACE + old, new - old, (struct slot){ .prot = 3 });
	else if (new < old)
		model_unmap(HEAP_PLACE + new, old - new);
	heap_size = size;
}

// An access to `place` has succeeded: if nothing was there, a stack has grown down to it.
void model_touched(uint32_t place)
{
	uint32_t slot = slot_of(place), above = slot;

	if (slot == SLOTS || slots[slot].piece)
		return;
	while (above < SLOTS && !slots[above].piece)
		above++;
	if (above < SLOTS)
		set_cut(slots[above].piece); // the stack may have begun in between before
	for (; slot < above && above < SLOTS; slot++)
		slots[slot] = slots[above];
}

// May something in [place, place + len) be locked?
bool model_may_be_locked(uint32_t place, uint32_t len)
{
	uint32_t end, first = span(place, len, &end);

	for (; first < end; first++)
		if (slots[first].locked)
			return true;
	return false;
}

// Does [place, place + len) lie in one area, or touch none at all? Two areas that lie side by side
// and are alike may have become one or not; that is the system's affair, and a few calls show it.
// Only what one call has mapped, and none has cut since, is one area for sure.
bool model_is_one_area(uint32_t place, uint32_t len)
{
	uint32_t end, first = span(place, len, &end);
	uint16_t piece = first < end ? slots[first].piece : 0;

	for (uint32_t i = first; i < end; i++) {
		if (slots[i].piece != piece)
			return false;
	}
	if (!piece)
		return !model_has_stacks; // not every access that makes one grow is seen
	return end - first == 1 || !is_cut(piece);
}
