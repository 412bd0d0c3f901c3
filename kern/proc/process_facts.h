// process_facts.h: the facts about a process, or about one of its threads, that files of /proc
// show.
#pragma once

#include "kern.h"
#include "proc/rusage.h"
#include "proc/signal_queue.h"
#include "vm/aspace.h"

// Taken at one moment, except for the memory, which is counted afterwards.
struct process_facts {
	pid_t tid, pid, ppid, pgid, sid;
	pid_t tracer;     // 0: nobody traces the thread
	uint32_t threads; // 1 for a zombie too, as on Linux
	char name[16];
	char state; // the letter of proc(5)
	uint64_t started;
	bool has_memory;              // else `memory` and `layout` are all 0: a zombie, and init
	struct aspace_usage memory;   // all 0 unless asked for
	struct program_layout layout; // of its program
	uintptr_t brk_start;          // where its heap begins
	sigmask_t pending, blocked;   // of the process; of the thread
	sigmask_t thread_pending;     // sent to the thread alone
	sigmask_t ignored, caught;    // signals that have no effect; that have handlers
	uint64_t signal_limit;        // RLIMIT_SIGPENDING
	uint32_t signals_of_user;     // what counts against it
	uint64_t memory_limit;        // RLIMIT_RSS
	struct usage usage, reaped;   // by itself; by the children that it has reaped
	struct cpu_time time, reaped_time;
	int nice;
	int exit_signal, exit_status;
	bool zombie, execed;  // has ended; has executed a program since the fork
	bool inspectable;     // by the current thread (access_inspect)
	bool no_new_privs;    // prctl
	bool has_files;       // the next two are known
	mode_t umask;         // of its fs_context
	uint32_t descriptors; // for which its table has room
};

// Collect the facts about process `id`, perhaps a zombie, or with `alone` about thread `id` (with
// the number of a zombie: about that). `count`: count the pages of its memory too (facts->memory),
// which takes long. Yields. Returns 0 with all fields of *facts set; -ESRCH, with *facts undefined,
// if there is no such process or thread, or if the thread has ended and its process is no zombie.
// Caller: holds no lock.
int process_facts_take(pid_t id, bool alone, bool count, struct process_facts *facts);

// Returns how many pages of 4 KiB the program's own code takes; those of all executable areas if
// these are fewer, as after the program has unmapped some. 0 unless process_facts_take has counted
// the memory.
static inline size_t process_text_pages(const struct process_facts *facts)
{
	const struct program_layout *layout = &facts->layout;
	uintptr_t start = ROUND_DOWN(layout->code_start, PAGE_SIZE);

	return MIN((ROUND_UP(layout->code_end, PAGE_SIZE) - start) / PAGE_SIZE, facts->memory.text);
}
