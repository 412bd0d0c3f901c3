// epoll_nesting.c: limits for sets in sets of files. A set may be in many sets, and in one of them by
// many descriptors, so there can be more paths from a file up to the sets above it than any walk
// could follow. A walk therefore computes a set's result once, and keeps it in the set: it takes
// time for each item that is a set, of which there are not many (epoll_items.c).
#include "fs/epoll_internal.h"

// Paths from a file to a set that is in no other one, by the number of sets that contain a set on the
// way. Any number without such a set is allowed. The numbers are Linux's (fs/eventpoll.c, path_limits).
static const uint16_t paths_max[NESTED_MAX + 1] = { UINT16_MAX, 500, 100, 50, 10 };

static uint64_t walk_number; // of the last walk; guarded by epoll_lock

// Compute epoll->depth. A walk that meets `wanted` ends with more than NESTED_MAX. Caller: holds
// epoll_lock.
static uint32_t find_depth(struct epoll *epoll, const struct epoll *wanted)
{
	struct epoll_item *item;

	assert_mutex_held(&epoll_lock);
	if (epoll == wanted)
		return NESTED_MAX + 1;
	if (epoll->below_walk == walk_number)
		return epoll->depth;
	epoll->below_walk = walk_number;
	epoll->depth = 0;
	list_for_each(item, &epoll->sets, set_link)
		epoll->depth = MAX(epoll->depth, 1 + find_depth(item->file->private, wanted));
	return epoll->depth;
}

// Add `count` numbers to those at `to`. More than 1,000 need not be distinguished.
static void add_paths(uint16_t *to, const uint16_t *from, int count)
{
	for (int n = 0; n < count; n++)
		to[n] = (uint16_t)MIN(to[n] + from[n], 1000);
}

// Compute epoll->paths. Caller: holds epoll_lock.
static void count_paths(struct epoll *epoll)
{
	struct epoll_item *item;

	assert_mutex_held(&epoll_lock);
	if (epoll->above_walk == walk_number)
		return;
	epoll->above_walk = walk_number;
	memset(epoll->paths, 0, sizeof(epoll->paths));
	epoll->paths[0] = list_empty(&epoll->file->watchers);
	list_for_each(item, &epoll->file->watchers, file_link) {
		count_paths(item->epoll);
		add_paths(epoll->paths + 1, item->epoll->paths, NESTED_MAX);
	}
}

bool epoll_may_contain(struct epoll *epoll, struct epoll *inner)
{
	uint32_t depth, above = NESTED_MAX;

	assert_mutex_held(&epoll_lock);
	walk_number++;
	depth = find_depth(inner, epoll);
	count_paths(epoll);
	while (!epoll->paths[above])
		above--;
	return depth + 1 + above <= NESTED_MAX;
}

// Returns true if one of the numbers is above its limit.
static bool above_limits(const uint16_t *paths)
{
	for (int n = 1; n <= NESTED_MAX; n++) {
		if (paths[n] > paths_max[n])
			return true;
	}
	return false;
}

// Returns true if a file in `epoll`, or in a set below it, has too many paths. Of the file's items
// only the one in that set counts. Caller: holds epoll_lock.
static bool too_many_below(struct epoll *epoll)
{
	struct epoll_item *item;

	assert_mutex_held(&epoll_lock);
	if (epoll->below_walk == walk_number)
		return false;
	epoll->below_walk = walk_number;
	count_paths(epoll);
	if (epoll->files && above_limits(epoll->paths))
		return true;
	list_for_each(item, &epoll->sets, set_link) {
		if (too_many_below(item->file->private))
			return true;
	}
	return false;
}

// A file that is no set has one item for each path's first step.
bool epoll_too_many_paths(const struct epoll_item *item)
{
	uint16_t paths[NESTED_MAX + 1] = { 0 };
	const struct epoll_item *other;

	assert_mutex_held(&epoll_lock);
	walk_number++;
	if (file_is_epoll(item->file))
		return too_many_below(item->file->private);
	if (list_empty(&item->epoll->file->watchers))
		return false; // as on Linux: other sets may be nested
	list_for_each(other, &item->file->watchers, file_link) {
		count_paths(other->epoll);
		add_paths(paths, other->epoll->paths, NESTED_MAX + 1);
	}
	return above_limits(paths);
}
