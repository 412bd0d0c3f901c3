// poll_list.h: the descriptors that a poll or a select waits for. There may be a million of them,
// so they are in blocks of up to a page each: memory may have enough free pages but no long run of
// them.
#pragma once

#include "fs/file.h"
#include "mem/page.h"
#include "thread/waitq.h"
#include <abi/poll.h>

// What the kernel keeps for a descriptor while it polls.
struct polled {
	struct file *file;    // a reference; NULL: the descriptor is not open, or below 0
	struct waiter waiter; // on one of the file's queues while the poll waits
};

// As many descriptors as fit into a page, or fewer, in the order of the list.
struct poll_block {
	struct poll_block *next;
	uint32_t count;
	struct polled *polled; // for each of fds[]; lies after them; NULL: the poll does not wait
	struct pollfd fds[];
};

struct poll_list {
	struct poll_block *first;
	uint32_t count;
};

// Make a list of `count` descriptors (0: an empty list), whose contents the caller fills in. With
// `waits` each has room for a file and a waiter too, and is -1, without events and without a file;
// else the contents are undefined, and the list is only for a poll that does not wait. The current
// process accounts for the memory (process_hold). Yields.
// Returns 0; -ENOMEM; -EINTR if the thread must die. The caller calls poll_list_free in any case;
// after an error it does nothing else with the list.
int poll_list_make(struct poll_list *list, uint32_t count, bool waits);

// Free the list, also one that was made in part, and drop its references on files, which may close
// them. No waiter is on a queue any more. Yields. Caller: holds no lock.
void poll_list_free(struct poll_list *list);
