// main.c: the boot sequence.
#include "bootinfo.h"
#include "cpu/irq.h"
#include "cpu/memory_type.h"
#include "cpu/segment.h"
#include "cpu/trap.h"
#include "debug/boot_options.h"
#include "debug/notice.h"
#include "debug/panic.h"
#include "debug/stackguard.h"
#include "dev/console.h"
#include "dev/exitport.h"
#include "dev/transcript.h"
#include "fs/fs.h"
#include "ipc/mqueue.h"
#include "ipc/msg.h"
#include "ipc/sem.h"
#include "ipc/shm.h"
#include "ipc/socket.h"
#include "mem/large_pool.h"
#include "mem/pgdir.h"
#include "mem/physical_map.h"
#include "named/named.h"
#include "proc/fault_signals.h"
#include "proc/file_owner.h"
#include "proc/futex.h"
#include "proc/init.h"
#include "proc/job_control.h"
#include "proc/oom.h"
#include "proc/procfs_pid.h"
#include "proc/rusage.h"
#include "procfs/procfs.h"
#include "sys/sys_locks.h"
#include "sys/sys_procfs.h"
#include "sys/sys_userfaultfd.h"
#include "sys/syscall_table.h"
#include "thread/lock_report.h"
#include "thread/nmi.h"
#include "thread/stretch.h"
#include "thread/thread.h"
#include "trace/trace.h"
#include "tty/console_tty.h"
#include "tty/pty.h"
#include "tty/standard_files.h"
#include "vm/aspace.h"

void kernel_main(uint32_t magic, physaddr_t info) __noreturn;

// Print how much memory there is, and how much of it the linear map cannot reach.
static void report_memory(void)
{
	printk(LOG_INFO, "mem: %llu MiB usable, %zu MiB free\n", bootinfo.usable_bytes >> 20,
	       page_free_count() / 256);
	if (bootinfo.beyond_bytes)
		printk(LOG_NOTICE, "mem: %llu MiB lie beyond the %u MiB in reach and stay unused\n",
		       bootinfo.beyond_bytes >> 20, LINEAR_SIZE >> 20);
}

// Prepare to perform the grader's operations, where the option `trace` asks for that.
static void prepare_trace(void)
{
	const struct init_module *last = &bootinfo.modules[bootinfo.module_count - 1];

	for (size_t i = 0; i < bootinfo.usable_count; i++)
		trace_memory_add(bootinfo.usable[i].start, bootinfo.usable[i].end);
	trace_init(last->start, last->end);
}

// Start the layer mem. Each step may use only the steps above it.
static void memory_init(void)
{
	trace_run(TRACE_START);
	// Let boot_alloc take memory that neither kernel nor modules occupy.
	boot_alloc_init(bootinfo.usable, bootinfo.usable_count, bootinfo.taken,
	                bootinfo.taken_count);
	trace_run(TRACE_BOOT_ALLOC);
	page_init(); // make pages[] and the free list: page_alloc replaces boot_alloc
	trace_run(TRACE_PAGE);
	page_init_rest();                                // make the page of zeroes
	physical_init(bootinfo.ram, bootinfo.ram_count); // record which addresses are RAM
	pgdir_init(); // make the kernel's page tables, its text read-only
	trace_run(TRACE_PGDIR);
	report_memory();                              // print how much is free
	large_pool_init(option_uint("hugepages", 0)); // while long free runs still exist
}

// Make /proc, and those of its files that need no processes.
static void proc_directory_init(void)
{
	procfs_init();            // make /proc
	procfs_system_init();     // make the files of /proc about the machine
	procfs_statistics_init(); // make those about what it has done
	procfs_locks_init();      // make /proc/locks
	procfs_mounts_init();     // make those about mounts
	procfs_cpuinfo_init();    // make the one about its processor
	procfs_pages_init();      // make /proc/kpageflags
}

// Boot the kernel. Entered from boot/start.S on the boot stack, with paging on and interrupts off;
// `magic` and `info` are the boot loader's EAX and EBX. Each step may use only the steps above it.
// The first lines bring the console up before anything can fail, so that every error has a message.
void kernel_main(uint32_t magic, physaddr_t info)
{
	stack_guard_init();                  // choose the word that guards return addresses
	bootinfo_read_options(magic, info);  // copy the command line out of the loader's memory
	options_init(bootinfo.command_line); // let every layer read its options
	panic_init();                        // print registers when the kernel itself faults
	console_init();                      // find serial ports and display: messages appear
	printk(LOG_INFO, "Quire: a teaching kernel for 32-bit x86\n"); // the first message
	control_init();             // report to the grader on COM4 that the kernel runs
	machine_end_init();         // let a panic end the machine
	notice_init();              // tell who looks on from outside what programs do, if wanted
	bootinfo_read(magic, info); // check memory map and modules; refuse a bad machine

	segment_init(); // load the segments, turn on the processor's protections
	trap_init();    // load the interrupt table: from here on an exception is a panic
	irq_init();     // set up the interrupt controllers, every line masked
	pat_init();     // give page-table entries a bit for write-combining memory

	prepare_trace(); // the grader's operations, if there are any (trace/trace.h)
	memory_init();   // find free memory, make pages[] and the kernel's page tables

	thread_init();      // make this code the first thread, start clock and timer
	lock_report_init(); // name lock and thread when a spinlock is taken twice
	nmi_init();         // let non-maskable interrupts in, start the watchdog
	trace_run(TRACE_THREAD);
	vm_init(); // make the kernel's address space, handle page faults
	trace_run(TRACE_VM);
	named_init();                // make the registry of named areas
	exceptions_init();           // turn programs' exceptions into signals
	oom_init();                  // kill the largest process when a fault finds no memory
	futex_init();                // make the table of threads that wait on futexes
	syscall_init();              // open gate 0x80 to programs
	fs_init();                   // make the root directory and the devices that are files
	proc_directory_init();       // make /proc, and its files about the machine
	console_tty_init();          // make /dev/console and /dev/tty
	pty_init();                  // make /dev/ptmx
	stdio_init();                // connect standard input and output to the machine's ports
	terminal_init();             // let terminals and pipes send signals
	file_owner_init();           // let files send signals to their owners
	usage_init();                // sample processor time at each tick
	process_files_init();        // make /proc/PID
	process_links_init();        // make /proc/PID/exe, cwd and root
	process_maps_init();         // make /proc/PID/maps, smaps and smaps_rollup
	process_memory_files_init(); // make /proc/PID/mem, environ and others
	oom_files_init();            // make /proc/PID/oom_score and oom_score_adj
	machine_files_init();        // make /proc/version and files of /proc/sys
	userfaultfd_files_init();    // make /proc/sys/vm/unprivileged_userfaultfd
	leases_files_init();         // make /proc/sys/fs/lease-break-time
	shm_init();                  // make /proc/sysvipc/shm
	sem_init();                  // make /proc/sysvipc/sem, undo what ending processes have done
	msg_init();                  // make /proc/sysvipc/msg
	mq_init();                   // make the directory of POSIX message queues
	socket_init();               // free sockets that only messages refer to
	stretch_init();              // measure how long the kernel runs (build STRETCH=1 only)

	init_start(bootinfo.modules, bootinfo.module_count); // make process 1
	thread_exit(); // end the boot thread: schedule() switches to process 1
}
