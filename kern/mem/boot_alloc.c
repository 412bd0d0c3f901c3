// boot_alloc.c: memory before there are pages. A pointer moves up through the largest range of
// memory that nothing occupies; nothing is ever freed. pages[] itself is allocated here.
#include "mem/mem_internal.h"

struct boot_map boot_map;

// Usable memory is rounded inward to whole pages, and occupied memory outward: a page that is only
// partly usable is not used. The end of a gap is the next occupied range, and its start lies after
// the last one below.
bool boot_next_gap(physaddr_t from, struct mem_range *gap_store)
{
	for (size_t i = 0; i < boot_map.usable_count; i++) {
		const struct mem_range *usable = &boot_map.usable[i];
		physaddr_t start = MAX(ROUND_UP(usable->start, PAGE_SIZE), from);
		physaddr_t end = ROUND_DOWN(MIN(usable->end, LINEAR_SIZE), PAGE_SIZE);

		for (size_t j = 0; j < boot_map.taken_count && start < end; j++) {
			physaddr_t taken_start = ROUND_DOWN(boot_map.taken[j].start, PAGE_SIZE);
			physaddr_t taken_end = ROUND_UP(boot_map.taken[j].end, PAGE_SIZE);

			if (boot_map.taken[j].start == boot_map.taken[j].end)
				continue;
			if (taken_start > start)
				end = MIN(end, taken_start);
			else if (taken_end > start)
				start = taken_end;
		}
		if (start < end) {
			*gap_store = (struct mem_range){ start, end };
			return true;
		}
	}
	return false;
}

// Returns how many whole pages below LINEAR_SIZE a range contains.
static size_t whole_pages(const struct mem_range *range)
{
	size_t start = ROUND_UP(range->start, PAGE_SIZE) >> PAGE_SHIFT;
	size_t end = MIN(range->end, LINEAR_SIZE) >> PAGE_SHIFT;

	return end > start ? end - start : 0;
}

// Choose the largest gap. Page 0 is left out: it is never used, so page number 0 can mean "none".
void boot_alloc_init(const struct mem_range *usable, size_t usable_count,
                     const struct mem_range *taken, size_t taken_count)
{
	struct mem_range gap;

	boot_map = (struct boot_map){
		.usable = usable,
		.taken = taken,
		.usable_count = usable_count,
		.taken_count = taken_count,
	};
	for (size_t i = 0; i < usable_count; i++)
		boot_map.usable_pages += whole_pages(&usable[i]);
	for (physaddr_t from = PAGE_SIZE; boot_next_gap(from, &gap); from = gap.end) {
		if (gap.end - gap.start > boot_map.end - boot_map.start) {
			boot_map.start = gap.start;
			boot_map.end = gap.end;
		}
	}
	boot_map.next = boot_map.start;
}

// The sum start + n cannot wrap around, because `n` is compared with what is left. ROUND_UP cannot
// either: memory ends at LINEAR_SIZE.
void *boot_alloc(size_t n, size_t align)
{
	physaddr_t start = ROUND_UP(boot_map.next, align);

	if (boot_map.closed)
		panic("boot_alloc: %zu bytes asked for after page_init", n);
	if (n > 0) {
		if (start > boot_map.end || n > boot_map.end - start)
			panic("boot_alloc: %zu bytes aligned to %zu asked for, %u left", n, align,
			      boot_map.end - boot_map.next);
		boot_map.next = start + n;
	}
	return phys_to_virt(start);
}
