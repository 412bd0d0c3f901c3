// lockrank.h: the order of all locks. A lock may be taken only while every lock held has a smaller
// rank. If all code obeys that, no circle of threads can each wait for the next one's lock: there
// is no deadlock. Debug builds panic on any other order. Sleeping locks come first, since no
// thread may sleep while it holds a spinlock.
#pragma once

enum lock_rank {
	// Sleeping locks (thread/mutex.h).
	RANK_EPOLL = 1, // sets of files that are waited for
	RANK_RENAME,    // renames: while one looks, no directory moves
	RANK_TREE,      // the directory tree: names and links of the file system
	RANK_NAMED,     // the registry of named areas
	RANK_ASPACE,    // the areas of an address space
	RANK_OBJECT,    // the pages of a memory object
	RANK_LAST_SLEEPING = RANK_OBJECT,

	// Spinlocks.
	RANK_MUTEX,        // the inside of a sleeping lock
	RANK_FUTEX,        // threads that wait on words of memory
	RANK_PROCESS,      // the table of processes, parents and children, exit statuses
	RANK_SIGNAL,       // pending signals and handlers of a process
	RANK_ACTIONS,      // handlers that several processes have together
	RANK_FILE,         // descriptor tables, positions of open files
	RANK_SOCKET,       // sockets, and the messages on their way
	RANK_SYSV,         // System V shared memory, semaphores and messages
	RANK_FILE_LOCKS,   // programs' locks on files, and who waits for them
	RANK_TEXT,         // texts of /proc that open files keep
	RANK_PTY,          // the numbers of pseudoterminals
	RANK_TTY_LIST,     // the list of all terminals
	RANK_TTY,          // line discipline, input queue
	RANK_PIPE,         // the ring of a pipe
	RANK_ASYNC,        // files whose owners get a signal when they are ready
	RANK_UFFD,         // faults that wait for a handler, and messages
	RANK_PAGETABLE,    // entries of an address space's page tables
	RANK_SHARED_TABLE, // page tables that several address spaces name
	RANK_TIMER,        // the tree of armed timers
	RANK_SCHED,        // run queues, thread states
	RANK_EPOLL_READY,  // ready files of sets
	RANK_ACCOUNT,      // what limits count for each user
	RANK_HEAP,         // kmalloc's free lists
	RANK_KSTACK,       // free kernel stacks
	RANK_PAGE,         // the free list of physical pages
	RANK_CONSOLE,      // lines of the log
	RANK_DEVICE,       // registers of a device
};
