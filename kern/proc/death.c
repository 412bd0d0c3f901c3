// death.c: the reports why programs die. They cost nothing unless a program dies.
//
// Programs must not drive other messages out of the log by dying in a loop, nor take the time of
// others with the serial line. So reports are limited: DEATHS_AT_ONCE at once, and then one for
// each DEATH_INTERVAL. A report after a gap says how many were left out.
#include "proc/death.h"

#include <abi/mman.h>
#include <stdio.h>

#include "cpu/trap.h"
#include "debug/boot_options.h"
#include "dev/transcript.h"
#include "proc/process.h"
#include "thread/timer.h"
#include "vm/aspace.h"

#define DEATH_MAX 240 // bytes of a report

#define DEATHS_AT_ONCE 16
#define DEATH_INTERVAL NS_PER_SECOND

#define LONGEST_INSTRUCTION 15 // bytes (Intel SDM vol. 2, 2.3.11)

// The report that is being written: one line.
struct report {
	char text[DEATH_MAX + 1];
	size_t length;
};

// Guarded by interrupts being off: nothing below yields between its reading and its change.
static struct {
	uint64_t free_at;  // clock_ns() when all reports of DEATHS_AT_ONCE are allowed again
	uint32_t left_out; // reports since the last one that was allowed
} limit;

static void add(struct report *report, const char *format, ...) __printf(2, 3);

// Append to the report. What does not fit is cut off.
static void add(struct report *report, const char *format, ...)
{
	size_t room = sizeof(report->text) - report->length;
	va_list args;
	size_t n;

	va_start(args, format);
	n = (size_t)vsnprintf(report->text + report->length, room, format, args);
	va_end(args);
	report->length += MIN(n, room - 1);
}

// Append a program's name, which may have any bytes. Only printable ASCII reaches a terminal or the
// transcript.
static void add_name(struct report *report, const struct process *process)
{
	for (const char *c = process->name; *c; c++)
		add(report, "%c", *c > ' ' && *c <= '~' ? *c : '?');
	add(report, "[%d]: ", process->pid);
}

// Returns true if one more report may be sent now, and counts it.
static bool allowed(void)
{
	uint64_t now = clock_ns();

	if (option_lists("deaths", "off"))
		return false;
	if (limit.free_at > now + (DEATHS_AT_ONCE - 1) * DEATH_INTERVAL) {
		limit.left_out++;
		return false;
	}
	limit.free_at = MAX(limit.free_at, now) + DEATH_INTERVAL;
	return true;
}

// Send the report to the log and to the host.
static void send(const struct report *report, pid_t pid)
{
	if (limit.left_out)
		printk(LOG_INFO, "%u reports of deaths were left out\n", limit.left_out);
	limit.left_out = 0;
	printk(LOG_INFO, "%s\n", report->text);
	control_line("death %d %s", pid, report->text);
}

// Returns the name of a signal that a fault can become.
static const char *signal_name(int signo)
{
	switch (signo) {
	case SIGILL:
		return "SIGILL";
	case SIGTRAP:
		return "SIGTRAP";
	case SIGBUS:
		return "SIGBUS";
	case SIGFPE:
		return "SIGFPE";
	case SIGSEGV:
		return "SIGSEGV";
	default:
		return "signal";
	}
}

// Returns what an access that faulted wanted. Without NX the processor reports the fetch of an
// instruction as a read; a fetch begins at EIP, or goes on at the page after it.
static const char *access_name(uintptr_t va, uint32_t err, uintptr_t eip)
{
	if (err & PF_WRITE)
		return "write to";
	if (va == eip || (va % PAGE_SIZE == 0 && va - eip < LONGEST_INSTRUCTION))
		return "execution of";
	return "read of";
}

static void add_area(struct report *report, const struct area *area)
{
	const char *name = area->name;

	if (!name)
		name = area->ops->plain == &object_ops ? "of a file or shared" : area->ops->kind;
	add(report, "0x%08x-0x%08x %c%c%c%c %s", area->start, area->end,
	    area->prot & PROT_READ ? 'r' : '-', area->prot & PROT_WRITE ? 'w' : '-',
	    area->prot & PROT_EXEC ? 'x' : '-', area->flags & AREA_SHARED ? 's' : 'p', name);
}

// Append that nothing is mapped at `va`, and the area that is nearest. Caller: holds as->lock.
static void add_nothing(struct report *report, const struct aspace *as, uintptr_t va)
{
	const struct area *above = area_find_from(&as->areas, va), *below, *nearest;

	assert_read_held(&as->lock);
	below = above ? area_prev(&as->areas, above) : area_last(&as->areas);
	nearest = !above || (below && va - below->end < above->start - va) ? below : above;
	add(report,
	    va < PAGE_SIZE ? "nothing is mapped at a null pointer" : "nothing is mapped there");
	if (!nearest)
		return;
	add(report, "; the nearest area is ");
	add_area(report, nearest);
	if (nearest == above && (above->flags & AREA_GROWSDOWN) && above->start - va <= STACK_GUARD)
		add(report, ", a stack that cannot grow further");
}

// Append both levels' entries for `va`, and what they allow together.
static void add_entries(struct report *report, struct aspace *as, uintptr_t va)
{
	pde_t pde;
	pte_t pte = 0;
	int perms;

	spin_lock(&as->pt_lock);
	pde = as->pgdir[PDX(va)];
	if ((pde & (PTE_P | PTE_PS)) == PTE_P)
		pte = ((const pte_t *)phys_to_virt(PTE_ADDR(pde)))[PTX(va)];
	perms = page_perms(as->pgdir, va);
	spin_unlock(&as->pt_lock);
	add(report, "; directory entry 0x%08x, table entry 0x%08x: %s", pde, pte,
	    !(perms & PTE_P) ? "not present" :
	    perms & PTE_W    ? "writable" :
	                       "read-only");
}

// Append the reason of a page fault at `va`, which becomes `signo`.
static void add_page_fault(struct report *report, uintptr_t va, int signo)
{
	struct aspace *as = thread_current()->aspace;
	const struct area *area;

	if (va >= ULIM) {
		add(report, "the address is the kernel's");
		return;
	}
	rwlock_read_lock(&as->lock);
	area = area_find(&as->areas, va);
	if (!area) {
		add_nothing(report, as, va);
	} else {
		add(report, signo == SIGBUS ? "no page is left for the area " : "the area is ");
		add_area(report, area);
		add_entries(report, as, va);
	}
	rwlock_read_unlock(&as->lock);
}

// A signal without an exception comes from the stack: a signal frame could not be written there,
// or could not be restored from there (sigreturn).
void death_report(int signo, const struct signal_info *info)
{
	const struct thread *thread = thread_current();
	const struct trapframe *frame = thread_user_frame(thread);
	struct report report = { .length = 0 };

	assert_no_lock();
	if (!allowed())
		return;
	add_name(&report, thread->process);
	add(&report, "%s (%d) ", signal_name(signo), signo);
	if (info->trapno == TRAP_PAGE_FAULT) {
		add(&report,
		    "by %s 0x%08x, eip 0x%08x: ", access_name(info->addr, info->err, frame->eip),
		    info->addr, frame->eip);
		add_page_fault(&report, info->addr, signo);
	} else if (info->trapno || info->code != SI_KERNEL) {
		add(&report, "by %s, eip 0x%08x", trap_name(info->trapno), frame->eip);
	} else {
		add(&report,
		    "eip 0x%08x: the stack at esp 0x%08x can take no signal frame, or holds a bad "
		    "one",
		    frame->eip, frame->esp);
	}
	send(&report, thread->process->pid);
}

void death_report_oom(const struct process *process, size_t pages, const char *why)
{
	struct report report = { .length = 0 };

	if (!allowed())
		return;
	add_name(&report, process);
	add(&report, "SIGKILL (9), out of memory: %s, %zu pages (%zu KiB)", why, pages,
	    pages * (PAGE_SIZE / 1024));
	send(&report, process->pid);
}
