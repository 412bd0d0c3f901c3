// credentials_groups.c: putting a list of supplementary groups in order.
#include "thread/credentials.h"
#include "thread/yield.h"

#define SORT_COST 20 // instructions, roughly, to compare and move a group

// Let groups[root] sink in the heap groups[0..count) until no child is greater (heap sort).
static void sink(gid_t *groups, uint32_t root, uint32_t count)
{
	for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
		gid_t above = groups[root];

		(void)yield_due(SORT_COST);
		if (child + 1 < count && groups[child + 1] > groups[child])
			child++;
		if (above >= groups[child])
			return;
		groups[root] = groups[child];
		groups[child] = above;
	}
}

// Heap sort: no memory, no recursion, and n log n whatever a program chooses.
void credentials_sort_groups(struct credentials *credentials)
{
	gid_t *groups = credentials->groups;

	for (uint32_t i = credentials->group_count / 2; i-- > 0;) {
		sink(groups, i, credentials->group_count);
		(void)yield_after(SORT_COST);
	}
	for (uint32_t end = credentials->group_count; end > 1; end--) {
		gid_t greatest = groups[0];

		groups[0] = groups[end - 1];
		groups[end - 1] = greatest;
		sink(groups, 0, end - 1);
		(void)yield_after(SORT_COST);
	}
}
