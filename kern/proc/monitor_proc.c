// monitor_proc.c: the monitor's commands that show processes and their memory. Nothing else runs
// while the monitor is open. The commands take no locks, because the monitor must also open while
// a thread holds one.
#include "cpu/spinlock.h"
#include "debug/backtrace.h"
#include "debug/monitor.h"
#include "proc/process.h"
#include "thread/lock_report.h"
#include "thread/thread.h"
#include "vm/kernel_window.h"
#include <abi/mman.h>

// Returns the state of a thread of a process in words; NULL: a zombie's.
static const char *state_of(const struct process *process, const struct thread *thread)
{
	if (process->zombie)
		return "zombie";
	if (process->signals.job == JOB_STOPPED)
		return "stopped";
	return thread->state == THREAD_RUNNABLE ? "runnable" : "sleeping";
}

// Print what a thread waits for, and which locks it holds.
static void show_wait(const struct thread *thread)
{
	char text[160];

	if (thread->state == THREAD_SLEEPING) {
		wait_format(text, sizeof(text), thread);
		console_printf(", %s", text);
	}
	locks_format(text, sizeof(text), thread);
	if (text[0])
		console_printf(", holds %s", text);
}

// Print a line for each thread of a process but the first.
static void show_threads(const struct process *process)
{
	const struct thread *thread;

	list_for_each(thread, &process->threads, process_link) {
		if (thread == process_thread(process))
			continue;
		console_printf("%5d   thread %-8s      - %s%s", thread->tid,
		               state_of(process, thread), thread->name,
		               thread == thread_current() ? " (current)" : "");
		show_wait(thread);
		console_printf("\n");
	}
}

// ps: a line for each process, and for each further thread of one.
static void show_processes(int argc, char **argv)
{
	const struct process *process;

	(void)argc;
	(void)argv;
	console_printf("  pid  ppid state     pages name\n");
	list_for_each(process, &all_processes, all_link) {
		const struct thread *thread = process->zombie ? NULL : process_thread(process);
		const struct aspace *as = process->aspace;

		console_printf("%5d %5d %-8s %6zu %s%s", process->pid,
		               process->parent ? process->parent->pid : 0,
		               state_of(process, thread), as ? as->pages : 0, process->name,
		               thread == thread_current() ? " (current)" : "");
		if (thread)
			show_wait(thread);
		console_printf("\n");
		if (thread)
			show_threads(process);
	}
}
MONITOR_COMMAND(ps, "all processes: what each waits for, since when, the locks it holds",
                show_processes);

// Returns the process whose number `text` is, or NULL. Without process_lock: nothing else runs while the
// monitor does, and the interrupted code may hold the lock.
static const struct process *find_process(const char *text)
{
	const struct process *process;
	uintptr_t pid;

	if (!monitor_number(text, &pid))
		return NULL;
	list_for_each(process, &all_processes, all_link)
		if ((uintptr_t)process->pid == pid)
			return process;
	return NULL;
}

// backtrace [PID]: the callers from here, or those of a process that does not run.
static void show_backtrace(int argc, char **argv)
{
	uintptr_t ebp = (uintptr_t)__builtin_frame_address(0);
	const struct process *process;

	if (argc > 1) {
		process = find_process(argv[1]);
		if (!process || process->zombie) {
			console_printf("%s: no such process, or it has ended\n", argv[1]);
			return;
		}
		if (process != process_current())
			ebp = thread_frame_pointer(process_thread(process));
	}
	backtrace_print(ebp);
}
MONITOR_COMMAND(backtrace, "[PID]: who called whom, here or in a process that sleeps",
                show_backtrace);
MONITOR_COMMAND(bt, "[PID]: like backtrace", show_backtrace);

// Print the sleeping locks that a thread holds.
static void show_thread_locks(struct thread *thread, void *arg)
{
	bool *any = arg;
	char text[160];

	locks_format(text, sizeof(text), thread);
	if (text[0])
		console_printf("%s (%d) holds %s\n", thread->name, thread->tid, text);
	*any |= text[0] != '\0';
}

// Print the spinlocks that this CPU holds. Returns true if there are any.
static bool show_spinlocks(void)
{
#ifdef DEBUG
	const struct spinlock *held;
	char place[80];

	for (held = this_cpu()->held; held; held = held->held_next) {
		place_format(place, sizeof(place), held->locked, false);
		console_printf("%s, a spinlock, taken at %s\n", held->name, place);
	}
	return this_cpu()->held;
#else
	return false;
#endif
}

// locks: all locks that are held.
static void show_locks(int argc, char **argv)
{
	bool any = show_spinlocks();

	(void)argc;
	(void)argv;
	threads_show(show_thread_locks, &any);
	if (!any)
		console_printf(DEBUG_LOCKS ? "no lock is held\n" :
		                             "only the debug kernel records locks\n");
}
MONITOR_COMMAND(locks, "the locks that are held, by whom, and where they were taken", show_locks);

// Returns the space that a command's argument names: "kernel", a process's number, or without an
// argument the current space. Returns NULL after a message if there is none.
static const struct aspace *space_of(int argc, char **argv)
{
	const struct aspace *as = thread_current()->aspace;
	const struct process *process;

	if (argc > 1 && strcmp(argv[1], "kernel") == 0)
		return &kernel_space;
	if (argc > 1) {
		process = find_process(argv[1]);
		as = process ? process->aspace : NULL;
	}
	if (!as)
		console_printf("%s: no such process, or it has no address space; `ps` lists them\n",
		               argc > 1 ? argv[1] : "the current thread");
	return as;
}

// Returns the name of an area, or the name of its backend.
static const char *area_name(const struct area *area)
{
	return area->name ? area->name : area->ops->kind;
}

// areas: a line for each area of a space.
static void show_areas(int argc, char **argv)
{
	const struct aspace *as = space_of(argc, argv);
	const struct area *area;

	if (!as)
		return;
	list_for_each(area, &as->areas.list, link)
		console_printf("%08x-%08x %c%c%c%c %s\n", area->start, area->end,
		               area->prot & PROT_READ ? 'r' : '-',
		               area->prot & PROT_WRITE ? 'w' : '-',
		               area->prot & PROT_EXEC ? 'x' : '-',
		               area->flags & AREA_SHARED ? 's' : 'p', area_name(area));
}
MONITOR_COMMAND(areas, "[PID|kernel]: what an address space is made of", show_areas);

// A run of page-table entries that are adjacent in virtual and in physical memory and have equal
// bits, apart from accessed and dirty.
struct run {
	uintptr_t start, end;
	physaddr_t phys;
	pte_t bits;
};

// Print a run, unless it is empty.
static void show_run(const struct run *run)
{
	pte_t bits = run->bits;

	if (run->end == run->start)
		return;
	console_printf("%08x-%08x to %08x %c%c%c%s%s%s\n", run->start, run->end - 1, run->phys,
	               bits & PTE_P ? 'r' : '-', bits & PTE_W ? 'w' : '-', bits & PTE_U ? 'u' : 'k',
	               bits & PTE_PS ? " large" : "", bits & PTE_G ? " global" : "",
	               pte_prot_none(bits) ? " PROT_NONE" : "");
}

// Add the entry of [va, va + size) to the run. If it does not continue the run, print the run and
// begin a new one.
static void add_entry(struct run *run, uintptr_t va, size_t size, pte_t entry)
{
	physaddr_t phys = size == PAGE_SIZE ? PTE_ADDR(entry) : PDE_LARGE_ADDR(entry);
	pte_t bits = entry & (PAGE_SIZE - 1) & ~(PTE_A | PTE_D);

	if (run->end != va || bits != run->bits || phys - run->phys != va - run->start) {
		show_run(run);
		*run = (struct run){ .start = va, .end = va, .phys = phys, .bits = bits };
	}
	run->end += size;
}

// Print the mappings of the directory entries [first, end).
static void show_tables(pde_t *pgdir, size_t first, size_t end)
{
	struct run run = { 0 };

	for (size_t pdx = first; pdx < end; pdx++) {
		uintptr_t va = pdx << LARGE_SHIFT;
		pde_t pde = pgdir[pdx];
		const pte_t *table;

		if ((pde & PTE_PS) && pte_has_page(pde))
			add_entry(&run, va, LARGE_SIZE, pde);
		if ((pde & (PTE_P | PTE_PS)) != PTE_P)
			continue;
		table = phys_to_virt(PTE_ADDR(pde));
		for (size_t i = 0; i < PTRS_PER_TABLE; i++)
			if (table[i]) // a shared table is read-only in the directory
				add_entry(&run, va + i * PAGE_SIZE, PAGE_SIZE,
				          table[i] & (pde | ~PTE_W));
	}
	show_run(&run);
}

// mappings: the page tables of a space, in runs.
static void show_mappings(int argc, char **argv)
{
	const struct aspace *as = space_of(argc, argv);

	if (as == &kernel_space)
		show_tables(as->pgdir, USER_PDES, PTRS_PER_TABLE);
	else if (as)
		show_tables(as->pgdir, 0, USER_PDES);
}
MONITOR_COMMAND(mappings, "[PID|kernel]: what its page tables say", show_mappings);
