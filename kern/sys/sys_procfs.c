// sys_procfs.c: the files of /proc, and of /proc/sys, that show constants of the system: its names, and
// the bounds of calls.
#include "sys/sys_procfs.h"

#include "fs/file.h"
#include "fs/pipe.h"
#include "fs/random.h"
#include "layout.h"
#include "mem/large_pool.h"
#include "mem/page.h"
#include "proc/pids.h"
#include "procfs/procfs.h"
#include "sys/sys_machine.h"
#include "thread/kstack.h"
#include "tty/pty.h"
#include <abi/capability.h>
#include <abi/limits.h>
#include <abi/resource.h>
#include <abi/stat.h>

// version: the names in one line.
static int show_version(struct seq *seq, pid_t pid)
{
	struct utsname names = machine_names();

	(void)pid;
	seq_printf(seq, "%s version %s %s\n", names.sysname, names.release, names.version);
	return 0;
}

// swaps: only the line with the titles, because there is no swap.
static int show_swaps(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	return 0;
}

// sys/kernel/ostype, osrelease, version, hostname, domainname: the names of uname(2).
static int show_ostype(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%s\n", machine_names().sysname);
	return 0;
}

static int show_osrelease(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%s\n", machine_names().release);
	return 0;
}

static int show_osversion(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%s\n", machine_names().version);
	return 0;
}

static int show_hostname(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%s\n", machine_names().nodename);
	return 0;
}

static int show_domainname(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%s\n", machine_names().domainname);
	return 0;
}

// Write 16 bytes as a random UUID (RFC 4122, version 4).
static void write_uuid(struct seq *seq, uint8_t bytes[16])
{
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	for (size_t i = 0; i < 16; i++)
		seq_printf(seq, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", bytes[i]);
	seq_printf(seq, "\n");
}

// sys/kernel/random/uuid: another one at each read.
static int show_uuid(struct seq *seq, pid_t pid)
{
	uint8_t bytes[16];

	(void)pid;
	random_bytes(bytes, sizeof(bytes));
	write_uuid(seq, bytes);
	return 0;
}

// sys/kernel/random/boot_id: chosen at the first read.
static int show_boot_id(struct seq *seq, pid_t pid)
{
	static uint8_t bytes[16];
	static bool chosen;

	(void)pid;
	if (!chosen)
		random_bytes(bytes, sizeof(bytes));
	chosen = true;
	write_uuid(seq, bytes);
	return 0;
}

// sys/kernel/pid_max: numbers of processes and threads are below.
static int show_pid_max(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%d\n", PID_MAX);
	return 0;
}

// sys/vm/overcommit_memory: 1: a mapping is never refused because its pages may not all find memory.
static int show_overcommit(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "1\n");
	return 0;
}

// sys/vm/nr_hugepages: the large pages of the pool.
static int show_large_pages(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%zu\n", large_pool_counts().total);
	return 0;
}

// sys/vm/mmap_min_addr: nothing is mapped below.
static int show_min_addr(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%u\n", USER_MIN);
	return 0;
}

// sys/fs/pipe-max-size: the largest pipe that needs no privilege.
static int show_pipe_size(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%u\n", (unsigned int)(PIPE_SLOTS_USER * PAGE_SIZE));
	return 0;
}

// sys/kernel/pty/nr: how many pseudoterminals there are.
static int show_ptys(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%u\n", pty_count());
	return 0;
}

// sys/kernel/pty/max: there can be so many.
static int show_pty_max(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%u\n", PTYS);
	return 0;
}

// sys/fs/nr_open: RLIMIT_NOFILE can be at most this.
static int show_nr_open(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%u\n", (unsigned int)NR_OPEN);
	return 0;
}

// sys/kernel/threads-max: more kernel stacks have no room.
static int show_threads_max(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%zu\n", kstack_max());
	return 0;
}

#define FILE(path, function)                                               \
	{                                                                  \
		.name = (path), .mode = S_IFREG | 0444, .show = (function) \
	}

#define TEXT(path, constant)                                               \
	{                                                                  \
		.name = (path), .mode = S_IFREG | 0444, .text = (constant) \
	}

#define STRING(number) #number
#define LINE(number) STRING(number) "\n"

// Every number is what this kernel does. An empty core_pattern, without numbers of processes, means that
// no core file is written (core(5)). Mappings lie in Linux's legacy layout, at fixed places. No number of
// open files is too large for the machine.
void machine_files_init(void)
{
	static struct procfs_file files[] = {
		FILE("version", show_version),
		FILE("swaps", show_swaps),
		FILE("sys/kernel/ostype", show_ostype),
		FILE("sys/kernel/osrelease", show_osrelease),
		FILE("sys/kernel/version", show_osversion),
		FILE("sys/kernel/hostname", show_hostname),
		FILE("sys/kernel/domainname", show_domainname),
		FILE("sys/kernel/pid_max", show_pid_max),
		FILE("sys/kernel/random/uuid", show_uuid),
		FILE("sys/kernel/random/boot_id", show_boot_id),
		FILE("sys/kernel/threads-max", show_threads_max),
		FILE("sys/kernel/pty/max", show_pty_max),
		FILE("sys/kernel/pty/nr", show_ptys),
		TEXT("sys/kernel/ngroups_max", LINE(NGROUPS_MAX)),
		TEXT("sys/kernel/cap_last_cap", LINE(CAP_LAST_CAP)),
		TEXT("sys/kernel/overflowuid", "65534\n"),
		TEXT("sys/kernel/overflowgid", "65534\n"),
		TEXT("sys/kernel/core_pattern", "\n"),
		TEXT("sys/kernel/core_uses_pid", "0\n"),
		TEXT("sys/kernel/randomize_va_space", "0\n"),
		TEXT("sys/kernel/ctrl-alt-del", "0\n"),
		TEXT("sys/kernel/dmesg_restrict", "1\n"),
		FILE("sys/vm/overcommit_memory", show_overcommit),
		TEXT("sys/vm/nr_overcommit_hugepages", "0\n"),
		TEXT("sys/vm/legacy_va_layout", "1\n"),
		TEXT("sys/vm/oom_kill_allocating_task", "0\n"),
		TEXT("sys/vm/panic_on_oom", "0\n"),
		FILE("sys/vm/nr_hugepages", show_large_pages),
		FILE("sys/vm/mmap_min_addr", show_min_addr),
		FILE("sys/fs/pipe-max-size", show_pipe_size),
		FILE("sys/fs/nr_open", show_nr_open),
		TEXT("sys/fs/file-max", "2147483647\n"),
		TEXT("sys/fs/leases-enable", "1\n"),
		TEXT("sys/fs/pipe-user-pages-soft", "0\n"),
		TEXT("sys/fs/pipe-user-pages-hard", "0\n"),
		TEXT("sys/fs/overflowuid", "65534\n"),
		TEXT("sys/fs/overflowgid", "65534\n"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register(&files[i]);
}
