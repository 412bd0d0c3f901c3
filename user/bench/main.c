// bench [-p PROGRAM] [-s] [NAME...]: the costs of system operations, in ticks of the time-stamp
// counter. Under QEMU's -icount shift=0 a tick is one instruction of the guest; on a real machine
// it is time.
//
// Each line of output is "bench NAME VALUE". An operation runs in batches: one to warm up, then
// BATCHES of them; VALUE is the mean of the best batch, with two digits after the point. Work
// that a batch needs once (a pipe, a second process) is not counted. With -s come series as well, cost
// against size: "bench NAME/SIZE VALUE". fork_exec_wait runs PROGRAM, /bin/true without the
// option.

#include "bench.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCHES 5

// One operation, done `repetitions` times a batch. The value is for each of `units` that one run of
// the operation handles.
struct operation {
	const char *name;
	uint64_t (*run)(unsigned int n);
	unsigned int repetitions;
	unsigned int units;
};

static const struct operation operations[] = {
	{ "null_call", null_call, 1000, 1 },
	{ "fork_exit_wait", fork_exit_wait, 50, 1 },
	{ "fork_large", fork_large, 20, 1 },
	{ "fork_exec_wait", fork_exec_wait, 50, 1 },
	{ "pipe_write", pipe_write, 500, 1 },
	{ "pipe_1_byte", pipe_1_byte, 500, 1 },
	{ "pipe_per_byte", pipe_per_byte, 200, CHUNK },
	{ "pipe_round_trip", pipe_round_trip, 500, 1 },
	{ "fault_zero", fault_zero, 512, 1 },
	{ "give_back", give_back, 512, 1 },
	{ "copy_on_write", copy_on_write, 512, 1 },
	{ "last_owner", last_owner, 512, 1 },
	{ "fault_read", fault_read, 512, 1 },
	{ "fault_file_shared", fault_file_shared, 512, 1 },
	{ "fault_file_private", fault_file_private, 512, 1 },
	{ "mmap_munmap", mmap_munmap, 500, 1 },
	{ "uffd_missing", uffd_missing, 200, 1 },
	{ "uffd_protected", uffd_protected, 200, 1 },
	{ "uffd_copy", uffd_copy, 200, 1 },
	{ "futex_wake", futex_wake, 100, 1 },
};

#define OPERATIONS (sizeof(operations) / sizeof(*operations))

// The names on the command line: the operations to measure; all of them without a name.
static char **wanted;

static bool is_wanted(const char *name)
{
	char **other;

	for (other = wanted; *other; other++)
		if (strcmp(*other, name) == 0)
			return true;
	return *wanted == NULL;
}

// The value of an operation, in hundredths of a tick.
static uint64_t measure(const struct operation *operation)
{
	uint64_t best = UINT64_MAX;
	int i;

	operation->run(operation->repetitions);
	for (i = 0; i < BATCHES; i++) {
		uint64_t batch = operation->run(operation->repetitions);

		if (batch < best)
			best = batch;
	}
	return best * 100 / ((uint64_t)operation->repetitions * operation->units);
}

// Print the cost of blocking, waking and switching: half of the difference between a round trip and
// its two writes and two reads when nothing blocks.
static void print_switch(uint64_t round_trip, uint64_t one_byte)
{
	print_value("block_wake_switch",
	            round_trip > 2 * one_byte ? (round_trip - 2 * one_byte) / 2 : 0);
}

static void print_operations(void)
{
	uint64_t round_trip = 0, one_byte = 0, value;
	size_t i;

	for (i = 0; i < OPERATIONS; i++) {
		if (!is_wanted(operations[i].name))
			continue;
		value = measure(&operations[i]);
		print_value(operations[i].name, value);
		if (operations[i].run == pipe_round_trip)
			round_trip = value;
		if (operations[i].run == pipe_1_byte)
			one_byte = value;
	}
	if (round_trip && one_byte)
		print_switch(round_trip, one_byte);
}

static void print_areas(unsigned int areas)
{
	struct area_costs costs;

	measure_areas(areas, &costs); // to warm up
	measure_areas(areas, &costs);
	print_at("areas_mmap", areas, costs.mmap * 100 / PLACES);
	print_at("areas_munmap", areas, costs.munmap * 100 / PLACES);
	print_at("areas_mprotect", areas, costs.mprotect * 100 / PLACES);
	print_at("areas_fault", areas, costs.fault * 100 / PLACES);
}

static void print_series(void)
{
	static const unsigned int mib[] = { 0, 1, 2, 4, 8, 16, 32, 64 };
	size_t i;

	if (is_wanted("fork_resident"))
		for (i = 0; i < sizeof(mib) / sizeof(*mib); i++)
			print_at("fork_resident", mib[i], fork_resident(10, mib[i]) * 10);
	if (is_wanted("areas")) {
		print_areas(600);
		print_areas(6000);
	}
}

int main(int argc, char **argv)
{
	bool series = false;
	int option;

	while ((option = getopt(argc, argv, "p:s")) != -1) {
		if (option == '?')
			return 2;
		if (option == 's')
			series = true;
		else
			program[0] = optarg;
	}
	wanted = argv + optind;
	print_operations();
	if (is_wanted("areas")) {
		print_areas(60);
		print_areas(60000);
	}
	if (series)
		print_series();
	return 0;
}
