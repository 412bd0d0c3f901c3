// oom_measure.c: measuring what a process holds (kern/README.md, "What a process holds").
#include "fs/fdtable.h"
#include "fs/held.h"
#include "fs/path.h"
#include "mem/heap.h"
#include "mem/held.h"
#include "mem/page.h"
#include "proc/family.h"
#include "proc/oom.h"
#include "proc/process.h"
#include "thread/credentials.h"
#include "thread/yield.h"
#include "vm/aspace.h"

// A thread's pages: kernel stack, structs, and one that its call may keep while it sleeps, for a path or a
// piece of a copy.
#define THREAD_PAGES 4

#define ZOMBIES_AT_ONCE 1000

// About how many instructions it takes to look at a zombie, at a thread, at a process with one thread.
#define ZOMBIE_COST 40
#define THREAD_COST 30
#define PROCESS_COST 1000

static bool measuring; // [process_lock] a thread is measuring
static bool choosing;  // [process_lock] and one is choosing a victim, or waits to begin
static struct waitq measure_wait = WAITQ_INIT(measure_wait);

void oom_measure_begin(bool choice)
{
	assert_no_lock();
	spin_lock(&process_lock);
	choosing |= choice;
	while (measuring || (choosing && !choice))
		waitq_sleep(&measure_wait, &process_lock, WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
	measuring = true;
	spin_unlock(&process_lock);
}

void oom_measure_end(bool choice)
{
	spin_lock(&process_lock);
	measuring = false;
	choosing &= !choice;
	waitq_wake_all(&measure_wait);
	spin_unlock(&process_lock);
}

// The things that threads of a process hold, each with a reference.
struct holdings {
	struct aspace *as;           // or NULL
	struct fdtable *tables;      // linked by held_next
	struct fs_context *contexts; // linked by held_next
	uint64_t bytes;              // counted already
};

// Returns how many bytes the credentials take, which may be NULL; 0 if they have been counted.
static size_t credentials_bytes(struct credentials *credentials)
{
	if (!credentials || !held_count(&credentials->held_mark))
		return 0;
	return kmalloc_footprint(sizeof(*credentials) + credentials->group_count * sizeof(gid_t));
}

// Take the thread's holdings that no thread before it has. Caller: holds process_lock.
static void take_thread(const struct thread *thread, struct holdings *holdings)
{
	assert_spin_held(&process_lock);
	holdings->bytes += THREAD_PAGES * PAGE_SIZE;
	if (thread->files && held_count(&thread->files->held_mark)) {
		thread->files->held_next = holdings->tables;
		holdings->tables = fdtable_get(thread->files);
	}
	if (thread->fs_context && held_count(&thread->fs_context->held_mark)) {
		thread->fs_context->held_next = holdings->contexts;
		holdings->contexts = fs_context_get(thread->fs_context);
	}
	holdings->bytes += credentials_bytes(thread->credentials);
}

// Take the holdings of all threads of `process`: at most as many threads as there are kernel stacks, so
// this needs no yield. Caller: holds process_lock.
static void take(const struct process *process, struct holdings *holdings)
{
	const struct thread *thread;

	assert_spin_held(&process_lock);
	*holdings = (struct holdings){
		.bytes = (uint64_t)process->call_pages * PAGE_SIZE + process->sem_undo_bytes,
	};
	if (process->aspace)
		holdings->as = aspace_get(process->aspace);
	if (process->zombie)
		return; // its list of threads is not valid any more
	list_for_each(thread, &process->threads, process_link)
		take_thread(thread, holdings);
	(void)yield_due(PROCESS_COST + THREAD_COST * process->thread_count);
}

// Returns how many bytes the zombies among the children of the process hold: their structs stay until the
// process waits for them. Yields.
static uint64_t zombie_bytes(const struct oom_measure *measure)
{
	uint64_t bytes = 0, birth = 0;
	const struct process *parent, *child;

	assert_no_lock();
	do {
		spin_lock(&process_lock);
		parent = process_find(measure->pid);
		child = parent && parent->serial == measure->serial ?
		                family_dead_after(parent, birth) :
		                NULL;
		for (int i = 0; child && i < ZOMBIES_AT_ONCE; i++) {
			bytes += kmalloc_footprint(sizeof(*child)) +
			         credentials_bytes(child->ended_credentials);
			birth = child->birth;
			child = family_next_dead(child);
		}
		spin_unlock(&process_lock);
		(void)yield_after(ZOMBIES_AT_ONCE * ZOMBIE_COST);
	} while (child);
	return bytes;
}

// Returns how many bytes the holdings are, and drops the references. Yields.
static uint64_t count(struct holdings *holdings)
{
	uint64_t bytes = holdings->bytes;
	struct fs_context *fs;
	struct fdtable *table;

	assert_no_lock();
	while ((table = holdings->tables)) {
		holdings->tables = table->held_next;
		bytes += fdtable_held_bytes(table);
		fdtable_put(table);
	}
	while ((fs = holdings->contexts)) {
		holdings->contexts = fs->held_next;
		bytes += fs_context_held_bytes(fs);
		fs_context_put(fs);
	}
	if (holdings->as) {
		bytes += (uint64_t)aspace_held_pages(holdings->as) * PAGE_SIZE;
		aspace_put(holdings->as);
	}
	return bytes;
}

int oom_measure(pid_t pid, struct oom_measure *store)
{
	struct holdings holdings;
	struct process *process;
	uint64_t pages, total = page_usable_count();

	assert_no_lock();
	held_begin();
	spin_lock(&process_lock);
	process = process_find(pid);
	if (process) {
		*store = (struct oom_measure){
			.pid = pid,
			.serial = process->serial,
			.adj = process->oom_score_adj,
			.has_memory = process->aspace != NULL,
		};
		take(process, &holdings);
	}
	spin_unlock(&process_lock);
	if (!process)
		return -ESRCH;
	pages = (count(&holdings) + zombie_bytes(store)) / PAGE_SIZE;
	store->pages = (size_t)MIN(pages, total);
	store->points = (long)store->pages + store->adj * ((long)total / OOM_SCORE_ADJ_MAX);
	return 0;
}
