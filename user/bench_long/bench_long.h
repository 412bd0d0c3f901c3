// bench_long.h: shared by the files of bench_long; main.c describes the program.
#pragma once

#include "../bench_shared.h"

// Each function does its operation `n` times, at a size whose meaning it defines, and returns the
// ticks that took.

// memory.c
uint64_t mremap_move(unsigned int n, unsigned int mib); // touched memory, not at 4 MiB borders
uint64_t mremap_tables(unsigned int n,
                       unsigned int mib); // as mremap_move, to and from 4 MiB borders
uint64_t mprotect_page(unsigned int n, unsigned int mib); // `n` pages, which are `mib` MiB
uint64_t munmap_page(unsigned int n, unsigned int mib);
uint64_t unshare_table(unsigned int n, unsigned int unused);

// descriptors.c: descriptors
uint64_t select_descriptors(unsigned int n, unsigned int size);
uint64_t poll_descriptors(unsigned int n, unsigned int size);
uint64_t epoll_among(unsigned int n, unsigned int size);
uint64_t dup_among(unsigned int n, unsigned int size);
uint64_t fork_descriptors(unsigned int n, unsigned int size);
uint64_t close_many(unsigned int n, unsigned int size);

// files.c: names in a directory; KiB; names in a path
uint64_t readdir_names(unsigned int n, unsigned int size);
uint64_t create_unlink(unsigned int n, unsigned int kib);
uint64_t stat_path(unsigned int n, unsigned int depth);
uint64_t open_close(unsigned int n, unsigned int depth);

// processes.c: children; processes; MiB of the heap; other timers
uint64_t wait_by_number(unsigned int n, unsigned int size);
uint64_t kill_one(unsigned int n, unsigned int size);
uint64_t kill_large_group(unsigned int n, unsigned int size);
uint64_t kill_small_group(unsigned int n, unsigned int size);
uint64_t fork_heap(unsigned int n, unsigned int mib);
uint64_t fork_among(unsigned int n, unsigned int size);
uint64_t timer_among(unsigned int n, unsigned int size);

// Fork, and wait for the child, which ends at once, `n` times (processes.c).
void fork_and_wait(unsigned int n);

// End the children that the operations about many processes have left for each other (processes.c).
void end_children(void);
