// main.c: the boot sequence.
#include "bootinfo.h"
#include "cpu/irq.h"
#include "cpu/memory_type.h"
#include "cpu/segment.h"
#include "cpu/trap.h"
#include "debug/boot_options.h"
#include "debug/panic.h"
#include "debug/stackguard.h"
#include "dev/console.h"
#include "dev/transcript.h"
#include "fs/fs.h"
#include "mem/large_pool.h"
#include "mem/pgdir.h"
#include "mem/physical_map.h"
#include "proc/fault_signals.h"
#include "proc/init.h"
#include "proc/futex.h"
#include "proc/oom.h"
#include "proc/procfs_pid.h"
#include "procfs/procfs.h"
#include "proc/job_control.h"
#include "proc/rusage.h"
#include "sys/syscall_table.h"
#include "thread/stretch.h"
#include "tty/console_tty.h"
#include "tty/standard_files.h"
#include "thread/thread.h"
#include "vm/aspace.h"

void kernel_main(uint32_t magic, physaddr_t info) __noreturn;

static void report_memory(void)
{
	printk(LOG_INFO, "mem: %llu MiB usable, %zu MiB free\n", bootinfo.usable_bytes >> 20,
	       page_free_count() / 256);
	if (bootinfo.beyond_bytes)
		printk(LOG_NOTICE, "mem: %llu MiB lie beyond the %u MiB in reach and stay unused\n",
		       bootinfo.beyond_bytes >> 20, LINEAR_SIZE >> 20);
}

// Entered from boot/start.S with paging on, on the boot stack, with what the boot loader left in
// EAX and EBX. Each step needs those above it.
void kernel_main(uint32_t magic, physaddr_t info)
{
	stack_guard_init();
	bootinfo_read_options(magic, info);
	options_init(bootinfo.command_line);
	panic_init();
	console_init();
	printk(LOG_INFO, "Quire: a teaching kernel for 32-bit x86\n");
	control_init();
	bootinfo_read(magic, info);

	segment_init();
	trap_init();
	irq_init();
	pat_init();

	boot_alloc_init(bootinfo.usable, bootinfo.usable_count, bootinfo.taken,
	                bootinfo.taken_count);
	page_init();
	physical_init(bootinfo.ram, bootinfo.ram_count);
	pgdir_init();
	report_memory();
	large_pool_init(option_uint("hugepages", 0));

	thread_init();
	vm_init();
	exceptions_init();
	oom_init();
	futex_init();
	syscall_init();
	fs_init();
	procfs_init();
	console_tty_init();
	stdio_init();
	terminal_init();
	usage_init();
	process_files_init();
	oom_files_init();
	stretch_init();

	init_start(bootinfo.modules, bootinfo.module_count);
	thread_exit(); // from here on threads run: init first
}
