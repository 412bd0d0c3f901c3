// Sorting in place by heapsort: never more than about 2 n log n comparisons, and no extra memory.

#include <stddef.h>
#include <stdlib.h>

typedef int compare_t(const void *, const void *);

static void swap(char *a, char *b, size_t size)
{
	for (; size > 0; size--, a++, b++) {
		char c = *a;

		*a = *b;
		*b = c;
	}
}

// Let the element at `root` sink until no child is greater. Children of i are 2i + 1 and 2i + 2;
// only elements before `count` belong to the heap.
static void sink(char *base, size_t root, size_t count, size_t size, compare_t *compare)
{
	size_t child;

	while ((child = 2 * root + 1) < count) {
		char *first = base + child * size;

		if (child + 1 < count && compare(first, first + size) < 0)
			child++;
		if (compare(base + root * size, base + child * size) >= 0)
			return;
		swap(base + root * size, base + child * size, size);
		root = child;
	}
}

// Sort `count` elements of `size` bytes so that `compare` never finds one greater than the next.
// Equal elements may change places.
void qsort(void *base, size_t count, size_t size, compare_t *compare)
{
	size_t i;

	for (i = count / 2; i > 0; i--)
		sink(base, i - 1, count, size, compare);
	for (i = count; i > 1; i--) {
		swap(base, (char *)base + (i - 1) * size, size);
		sink(base, 0, i - 1, size, compare);
	}
}
