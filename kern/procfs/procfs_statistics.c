// procfs_statistics.c: the files of /proc about what the machine has done since boot: stat, uptime, loadavg,
// vmstat, interrupts (proc(5)).
#include "procfs/procfs.h"

#include "cpu/irq.h"
#include "mem/page.h"
#include "thread/cputime.h"
#include "thread/machine_load.h"
#include "thread/timer.h"
#include <abi/stat.h>
#include <abi/time.h>

// Write a time in the ticks that /proc uses.
static void write_ticks(struct seq *seq, uint64_t ns)
{
	seq_printf(seq, " %llu", ns / (NS_PER_SECOND / USER_HZ));
}

// Write the columns of a processor: program, program with a nice value above 0, kernel, idle; and six
// that are 0: waits for devices, interrupts (they count as the kernel's), guests.
static void write_processor(struct seq *seq, const char *name, const struct machine_time *times)
{
	seq_printf(seq, "%s", name);
	write_ticks(seq, times->user);
	write_ticks(seq, times->nice);
	write_ticks(seq, times->system);
	write_ticks(seq, times->idle);
	seq_printf(seq, " 0 0 0 0 0 0\n");
}

// stat.
static int show_stat(struct seq *seq, pid_t pid)
{
	struct thread_totals totals;
	struct machine_time times;
	uint32_t all = irq_spurious_count();

	(void)pid;
	cputime_machine(&times);
	thread_totals(&totals);
	write_processor(seq, "cpu ", &times);
	write_processor(seq, "cpu0", &times);
	for (int irq = 0; irq < IRQ_LINES; irq++)
		all += irq_count(irq);
	seq_printf(seq, "intr %u", all);
	for (int irq = 0; irq < IRQ_LINES; irq++)
		seq_printf(seq, " %u", irq_count(irq));
	seq_printf(seq, "\nctxt %llu\nbtime %llu\n", totals.switches,
	           (clock_realtime_ns() - clock_ns()) / NS_PER_SECOND);
	seq_printf(seq, "processes %u\nprocs_running %u\nprocs_blocked %u\n", totals.created,
	           totals.runnable, totals.blocked);
	return 0;
}

// Write seconds with two digits after the point.
static void write_seconds(struct seq *seq, uint64_t ns)
{
	uint64_t hundredths = ns / (NS_PER_SECOND / 100), seconds = hundredths / 100;

	seq_printf(seq, "%llu.%02llu", seconds, hundredths - seconds * 100);
}

// uptime: the time since boot, and the part of it in which nothing ran.
static int show_uptime(struct seq *seq, pid_t pid)
{
	struct machine_time times;

	(void)pid;
	cputime_machine(&times);
	write_seconds(seq, clock_ns());
	seq_printf(seq, " ");
	write_seconds(seq, times.idle);
	seq_printf(seq, "\n");
	return 0;
}

// loadavg: the load averages, rounded; how many threads want to run, of how many; the last number.
static int show_loadavg(struct seq *seq, pid_t pid)
{
	struct thread_totals totals;

	(void)pid;
	thread_totals(&totals);
	for (size_t i = 0; i < ARRAY_SIZE(load_averages); i++) {
		uint32_t load = load_averages[i] + (1u << LOAD_SHIFT) / 200;

		seq_printf(seq, "%u.%02u ", load >> LOAD_SHIFT,
		           (load % (1u << LOAD_SHIFT) * 100) >> LOAD_SHIFT);
	}
	seq_printf(seq, "%u/%u %d\n", totals.runnable, totals.threads,
	           procfs_hooks ? procfs_hooks->last() : 0);
	return 0;
}

// vmstat: pages by their use, and events. Nothing is ever read from a device or swapped.
static int show_vmstat(struct seq *seq, pid_t pid)
{
	struct thread_totals totals;
	size_t kinds[PAGE_KINDS];

	(void)pid;
	thread_totals(&totals);
	procfs_count_pages(kinds);
	seq_printf(seq, "nr_free_pages %zu\nnr_anon_pages %zu\nnr_file_pages %zu\n",
	           page_free_count(), kinds[PAGE_ANONYMOUS], kinds[PAGE_OBJECT]);
	seq_printf(seq, "nr_dirty 0\nnr_writeback 0\nnr_shmem %zu\nnr_kernel_stack %zu\n",
	           kinds[PAGE_OBJECT], kinds[PAGE_STACK] * (PAGE_SIZE / 1024));
	seq_printf(seq, "nr_page_table_pages %zu\npgpgin 0\npgpgout 0\npswpin 0\npswpout 0\n",
	           kinds[PAGE_TABLE] + kinds[PAGE_DIRECTORY]);
	seq_printf(seq, "pgfault %llu\npgmajfault 0\n", totals.faults);
	return 0;
}

// interrupts: a line for each line of the controllers that has a handler.
static int show_interrupts(struct seq *seq, pid_t pid)
{
	static const char *const names[IRQ_LINES] = {
		[IRQ_PIT] = "timer",
		[IRQ_KEYBOARD] = "i8042",
		[IRQ_COM2_COM4] = "serial",
		[IRQ_COM1_COM3] = "serial",
	};

	(void)pid;
	seq_printf(seq, "           CPU0       \n");
	for (int irq = 0; irq < IRQ_LINES; irq++)
		if (irq_is_registered(irq))
			seq_printf(seq, "%3d: %10u    XT-PIC  %s\n", irq, irq_count(irq),
			           names[irq] ? names[irq] : "");
	seq_printf(seq, "ERR: %10u\n", irq_spurious_count());
	return 0;
}

void procfs_statistics_init(void)
{
	static struct procfs_file files[] = {
		{ .name = "stat", .mode = S_IFREG | 0444, .show = show_stat },
		{ .name = "uptime", .mode = S_IFREG | 0444, .show = show_uptime },
		{ .name = "loadavg", .mode = S_IFREG | 0444, .show = show_loadavg },
		{ .name = "vmstat", .mode = S_IFREG | 0444, .show = show_vmstat },
		{ .name = "interrupts", .mode = S_IFREG | 0444, .show = show_interrupts },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register(&files[i]);
}
