// bench.h: shared by the files of bench; main.c describes the program.
#pragma once

#include "../bench_shared.h"

#define CHUNK 4096u  // bytes that pipe_per_byte moves at a time
#define LARGE_MIB 16 // memory that fork_large has touched

// The program that fork_exec_wait runs, and its arguments.
extern char *program[];

// Operations. Each function does its operation `n` times and returns the ticks that took; work
// that it needs once is not counted.

// process.c
uint64_t null_call(unsigned int n);
uint64_t fork_exit_wait(unsigned int n);
uint64_t fork_large(unsigned int n); // like fork_exit_wait, with LARGE_MIB touched
uint64_t fork_exec_wait(unsigned int n);

// fork_exit_wait with `mib` MiB touched.
uint64_t fork_resident(unsigned int n, unsigned int mib);

// pipe.c
uint64_t pipe_write(unsigned int n);
uint64_t pipe_1_byte(unsigned int n);
uint64_t pipe_per_byte(unsigned int n);
uint64_t pipe_round_trip(unsigned int n);

// memory.c: `n` pages, or `n` pairs of calls
uint64_t fault_zero(unsigned int n);
uint64_t give_back(unsigned int n);
uint64_t copy_on_write(unsigned int n);
uint64_t last_owner(unsigned int n);
uint64_t fault_read(unsigned int n);
uint64_t fault_file_shared(unsigned int n);
uint64_t fault_file_private(unsigned int n);
uint64_t mmap_munmap(unsigned int n);

// userfaultfd.c
uint64_t uffd_missing(unsigned int n);   // `n` faults on missing pages, another process copies
uint64_t uffd_protected(unsigned int n); // `n` writes to write-protected pages
uint64_t uffd_copy(unsigned int n);      // UFFDIO_COPY of `n` pages, one by one

// futex.c: wakeups of `n` threads that wait on one word, one by one
uint64_t futex_wake(unsigned int n);

// areas.c: the costs of calls and a fault in a process that has many areas, in ticks for PLACES of each
#define PLACES 20

struct area_costs {
	uint64_t mmap, munmap, mprotect, fault;
};

void measure_areas(unsigned int areas, struct area_costs *costs);
