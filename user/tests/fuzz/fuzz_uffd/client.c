// client.c: the thread that accesses memory and changes mappings.

#include "fuzz.h"

#include <ucontext.h>

struct command command;
int memfd, done_pipe[2], go_pipe[2], look_pipe[2];

static int order_pipe[2];
static struct test_thread thread;
static int data; // a file, for the kernel's own accesses

static volatile int signal_seen;
static volatile uintptr_t go_on; // after the access under way

static void on_fault(int signo, siginfo_t *info, void *context)
{
	ucontext_t *registers = context;

	(void)info;
	signal_seen = signo;
	registers->uc_mcontext.gregs[REG_EIP] = (int)go_on;
}

// Load the byte at `address`. Returns it, or minus the signal.
static long load(uintptr_t address)
{
	uint32_t value = 0;

	signal_seen = 0;
	__asm__ volatile("movl $1f, %[go_on]\n\t"
	                 "movzbl (%[address]), %[value]\n"
	                 "1:"
	                 : [go_on] "=m"(go_on), [value] "+r"(value)
	                 : [address] "r"(address)
	                 : "memory");
	return signal_seen ? -signal_seen : (long)value;
}

// Store a byte. Returns 0, or minus the signal.
static long store(uintptr_t address, uint32_t value)
{
	signal_seen = 0;
	__asm__ volatile("movl $1f, %[go_on]\n\t"
	                 "movb %b[value], (%[address])\n"
	                 "1:"
	                 : [go_on] "=m"(go_on)
	                 : [address] "r"(address), [value] "q"(value)
	                 : "memory");
	return -signal_seen;
}

long map_zone(enum zone zone, uint32_t page, uint32_t pages)
{
	int flags = zone == SHARED || zone == ALIAS ? MAP_SHARED : MAP_PRIVATE;
	int fd = memfd;

	if (zone == ANONYMOUS) {
		flags |= MAP_ANONYMOUS;
		fd = -1;
	}
	return (long)mmap((void *)address_of(zone, page), pages * PAGE, RW, flags | MAP_FIXED, fd,
	                  zone == ANONYMOUS ? 0 : (off_t)page * (off_t)PAGE);
}

// The forked child: its memory is no handler's any more. Send the parent what it sees there.
static void look(void)
{
	short seen[ZONES][ZONE_PAGES];

	for (enum zone zone = 0; zone < ZONES; zone++)
		for (uint32_t page = 0; page < ZONE_PAGES; page++)
			seen[zone][page] = (short)load(address_of(zone, page));
	raw(SYS_write, look_pipe[1], (long)seen, sizeof(seen), 0, 0);
}

static long fork_child(void)
{
	long pid = raw(SYS_fork, 0, 0, 0, 0, 0);
	char byte;

	if (pid == 0) {
		raw(SYS_read, go_pipe[0], (long)&byte, 1, 0, 0);
		look();
		raw(SYS_exit_group, 0, 0, 0, 0, 0);
	}
	return pid;
}

static long truncate_twice(uint32_t pages)
{
	long result = raw(SYS_ftruncate, memfd, (long)(pages * PAGE), 0, 0, 0);

	return result ? result : raw(SYS_ftruncate, memfd, (long)(ZONE_PAGES * PAGE), 0, 0, 0);
}

static long perform(const struct command *c)
{
	uintptr_t at = address_of(c->zone, c->page);
	size_t len = c->pages * PAGE;

	switch (c->order) {
	case LOAD:
		return load(at + c->value);
	case STORE:
		return store(at + c->value, c->value & 0xff);
	case KERNEL_LOAD:
		return raw(SYS_pwrite64, data, (long)(at + c->value), 1, 0, 0);
	case KERNEL_STORE:
		return raw(SYS_pread64, data, (long)(at + c->value), 1, (long)(c->value % PAGE), 0);
	case UNMAP:
		return raw(SYS_munmap, (long)at, (long)len, 0, 0, 0);
	case MAP:
		return map_zone(c->zone, c->page, c->pages) == (long)at ? 0 : -1;
	case DONT_NEED:
		return raw(SYS_madvise, (long)at, (long)len, MADV_DONTNEED, 0, 0);
	case REMOVE:
		return raw(SYS_madvise, (long)at, (long)len, MADV_REMOVE, 0, 0);
	case PROTECT:
		return raw(SYS_mprotect, (long)at, (long)len, (long)c->value, 0, 0);
	case FORK:
		return fork_child();
	case MOVE_MAPPING:
		at = address_of(c->zone, c->value);
		return raw(SYS_mremap, (long)address_of(c->zone, c->page), (long)len, (long)len,
		           MREMAP_MAYMOVE | MREMAP_FIXED, (long)at) == (long)at ?
		               0 :
		               -1;
	case TRUNCATE:
		return truncate_twice(c->page);
	default:
		return -ENOSYS;
	}
}

static void client(void *arg)
{
	char byte = 0;

	(void)arg;
	for (;;) {
		raw(SYS_read, order_pipe[0], (long)&byte, 1, 0, 0);
		if (command.order == END)
			return;
		command.result = perform(&command);
		raw(SYS_write, done_pipe[1], (long)&byte, 1, 0, 0);
	}
}

void client_order(void)
{
	write(order_pipe[1], "", 1);
	if (command.order == END)
		join_thread(&thread);
}

void client_start(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	char bytes[PAGE];

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	pipe(order_pipe);
	pipe(done_pipe);
	pipe(go_pipe);
	pipe(look_pipe);
	memfd = (int)syscall(SYS_memfd_create, "fuzz", 0);
	data = (int)syscall(SYS_memfd_create, "data", 0);
	memset(bytes, 'k', sizeof(bytes));
	write(data, bytes, sizeof(bytes));
	ftruncate(memfd, ZONE_PAGES * PAGE);
	for (enum zone zone = 0; zone < ZONES; zone++)
		map_zone(zone, 0, ZONE_PAGES);
	start_thread(&thread, 0, client, NULL);
}
