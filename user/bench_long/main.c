// bench_long [NAME...]: the long list of operations' costs, as bench measures them. Each has a size, and
// so a line of output is "bench NAME/SIZE VALUE". VALUE is for one operation, or for one item of
// many. An operation that takes long runs once. Any other runs three times: the first run warms up,
// and the cheaper of the others counts.
//
// It is a program of its own, so that bench stays small: what a fork costs depends on its program.
#include "bench_long.h"

#include <stdbool.h>

// An operation, done `repetitions` times a batch. The value is for each of `units` that one run of the
// operation handles.
struct operation {
	const char *name;
	uint64_t (*run)(unsigned int n, unsigned int size);
	unsigned int size, repetitions, units;
	bool once;
};

static const struct operation operations[] = {
	{ "mremap_move", mremap_move, 1, 10, 1, false },
	{ "mremap_move", mremap_move, 16, 10, 1, false },
	{ "mremap_tables", mremap_tables, 16, 10, 1, false },
	{ "mprotect_page", mprotect_page, 16, 4096, 1, true },
	{ "mprotect_page", mprotect_page, 128, 32768, 1, true },
	{ "munmap_page", munmap_page, 128, 32768, 1, true },
	{ "unshare_table", unshare_table, 4, 4, 1, false },
	{ "select", select_descriptors, 10, 100, 1, false },
	{ "select", select_descriptors, 100, 100, 1, false },
	{ "select", select_descriptors, 250, 100, 1, false },
	{ "select_each", select_descriptors, 100000, 1, 100000, true },
	{ "poll", poll_descriptors, 10, 100, 1, false },
	{ "poll", poll_descriptors, 100, 100, 1, false },
	{ "poll", poll_descriptors, 250, 100, 1, false },
	{ "poll_each", poll_descriptors, 100000, 1, 100000, true },
	{ "epoll_wait", epoll_among, 10, 100, 1, false },
	{ "epoll_wait", epoll_among, 100000, 100, 1, true },
	{ "dup_close", dup_among, 10, 100, 1, false },
	{ "dup_close", dup_among, 100000, 100, 1, true },
	{ "fork_each", fork_descriptors, 1000, 1, 1000, false },
	{ "fork_each", fork_descriptors, 100000, 1, 100000, true },
	{ "close_each", close_many, 1000, 1, 1000, false },
	{ "close_each", close_many, 100000, 1, 100000, true },
	{ "readdir_name", readdir_names, 100, 10, 100, false },
	{ "readdir_name", readdir_names, 100000, 1, 100000, true },
	{ "create_unlink", create_unlink, 10, 100, 1, false },
	{ "stat", stat_path, 2, 100, 1, false },
	{ "stat", stat_path, 4, 100, 1, false },
	{ "open_close", open_close, 2, 100, 1, false },
	{ "open_close", open_close, 4, 100, 1, false },
	{ "kill_one", kill_one, 10, 100, 1, false },
	{ "kill_large_group", kill_large_group, 10, 10, 10, false },
	{ "kill_small_group", kill_small_group, 10, 100, 1, false },
	{ "fork_among", fork_among, 10, 20, 1, false },
	{ "wait_by_number", wait_by_number, 10, 1, 10, false },
	{ "kill_one", kill_one, 10000, 100, 1, true },
	{ "kill_large_group", kill_large_group, 10000, 10, 10000, true },
	{ "kill_small_group", kill_small_group, 10000, 100, 1, true },
	{ "fork_among", fork_among, 10000, 20, 1, true },
	{ "wait_by_number", wait_by_number, 10000, 1, 10000, true },
	{ "fork_heap", fork_heap, 1, 20, 1, false },
	{ "fork_heap", fork_heap, 16, 20, 1, false },
	{ "timer_among", timer_among, 10, 100, 1, false },
	{ "timer_among", timer_among, 3000, 100, 1, false },
};

#define OPERATIONS (sizeof(operations) / sizeof(*operations))

// Returns true if `names`, up to a NULL, has `name`, or none.
static bool is_wanted(char **names, const char *name)
{
	for (char **other = names; *other; other++)
		if (strcmp(*other, name) == 0)
			return true;
	return !*names;
}

// Perform the operation two times, and return the smaller cost: a clock interrupt may fall into one of
// them.
static uint64_t least_of_two(const struct operation *operation)
{
	uint64_t first = operation->run(operation->repetitions, operation->size);
	uint64_t second = operation->run(operation->repetitions, operation->size);

	return first < second ? first : second;
}

int main(int argc, char **argv)
{
	(void)argc;
	for (size_t i = 0; i < OPERATIONS; i++) {
		const struct operation *operation = &operations[i];
		unsigned int n = operation->repetitions;
		uint64_t value;

		if (!is_wanted(argv + 1, operation->name))
			continue;
		value = operation->run(n, operation->size);
		if (!operation->once)
			value = least_of_two(operation);
		print_at(operation->name, operation->size,
		         value * 100 / ((uint64_t)n * operation->units));
	}
	end_children();
	return 0;
}
