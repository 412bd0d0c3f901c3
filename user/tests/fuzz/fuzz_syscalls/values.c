// values.c: interesting values for each kind of argument that is a number.

#include "fuzz.h"

#include <abi/mount.h>
#include <abi/pageflags.h>
#include <abi/prctl.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define ULIM 0xc0000000u
#define ANY(state, list) (list)[below(state, sizeof(list) / sizeof(*(list)))]

// Some of the bits of `all`, mostly few; now and then any.
static uint32_t bits(uint32_t *state, uint32_t all)
{
	uint32_t value = random_word(state) & all;

	if (one_in(state, 12))
		return random_word(state);
	if (one_in(state, 2))
		value &= random_word(state);
	if (one_in(state, 2))
		value &= random_word(state);
	return value;
}

uint32_t any_size(uint32_t *state)
{
	static const uint32_t sizes[] = { 0,          1,          2,    3,     4,      7,
		                          8,          16,         63,   64,    128,    PAGE - 1,
		                          PAGE,       PAGE + 1,   8192, 8193,  0x7fff, 0x10000,
		                          0x7fffffff, 0x80000000, ~0u,  ~PAGE, ULIM,   0xfffff000 };
	uint32_t size = ANY(state, sizes);

	return one_in(state, 6) ? size + below(state, 5) - 2 : size;
}

static uint32_t any_integer(uint32_t *state)
{
	if (one_in(state, 3))
		return below(state, 8);
	if (one_in(state, 4))
		return random_word(state);
	if (one_in(state, 4))
		return 1u << below(state, 32);
	return any_size(state);
}

// Where nobody should write, or read, or only half.
uint32_t wild_address(uint32_t *state)
{
	static const uint32_t places[] = { 0,
		                           1,
		                           PAGE,
		                           0x10000,
		                           ULIM,
		                           ULIM - 1,
		                           ULIM - 4,
		                           ULIM + 1,
		                           ULIM - PAGE,
		                           0xc0100000,
		                           0xbfffffff - PAGE,
		                           0xf8000000,
		                           0xffc00000,
		                           0xfffff000,
		                           0xffffffff,
		                           0xfffffffc,
		                           0x80000000,
		                           0x08048000,
		                           0x08048ffe,
		                           ARENA - 1,
		                           ARENA + ARENA_PAGES * PAGE - 1 };

	if (one_in(state, 2))
		return ANY(state, places);
	return ARENA + below(state, ARENA_PAGES) * PAGE + PAGE - below(state, 24);
}

static uint32_t range_address(uint32_t *state)
{
	uint32_t address = ARENA + below(state, ARENA_PAGES) * PAGE;

	if (one_in(state, 16))
		return wild_address(state);
	if (one_in(state, 40))
		return SLOTS_BASE + below(state, 3 * ARGS) * PAGE;
	if (one_in(state, 60))
		return 0xbffff000 - below(state, 64) * PAGE;
	if (one_in(state, 60))
		return 0x08048000 + below(state, 64) * PAGE;
	return one_in(state, 10) ? address + below(state, PAGE) : one_in(state, 16) ? 0 : address;
}

static uint32_t range_length(uint32_t *state)
{
	if (one_in(state, 20))
		return any_size(state);
	if (one_in(state, 50))
		return below(state, 4096) * PAGE;
	if (one_in(state, 10))
		return below(state, 8 * PAGE);
	return PAGE * (1 + below(state, 1 + below(state, 16)));
}

uint32_t any_descriptor(uint32_t *state)
{
	static const uint32_t others[] = { ~0u, -100u, 255, 256, 1023, 1024, INT_MAX, 0x80000000 };

	if (one_in(state, 24))
		return ANY(state, others);
	return below(state, DESCRIPTORS + 8);
}

static uint32_t mmap_flags(uint32_t *state)
{
	uint32_t flags = one_in(state, 3) ? MAP_SHARED : MAP_PRIVATE;

	if (!one_in(state, 4))
		flags |= MAP_ANONYMOUS;
	if (!one_in(state, 3))
		flags |= MAP_FIXED;
	if (one_in(state, 4))
		flags |= bits(state, MAP_FIXED_NOREPLACE | MAP_GROWSDOWN | MAP_POPULATE |
		                             MAP_LOCKED | MAP_NORESERVE | MAP_STACK | MAP_NONBLOCK |
		                             MAP_HUGETLB | MAP_32BIT);
	return one_in(state, 16) ? bits(state, ~0u) : flags;
}

static uint32_t open_flags(uint32_t *state)
{
	uint32_t flags = below(state, 3);

	flags |= bits(state, O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK |
	                             O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_PATH | O_TMPFILE);
	return one_in(state, 2) ? flags | O_NONBLOCK : flags;
}

static uint32_t file_mode(uint32_t *state)
{
	static const uint32_t types[] = { 0,       0,       S_IFREG, S_IFIFO, S_IFCHR,
		                          S_IFDIR, S_IFLNK, S_IFBLK, S_IFSOCK };

	return ANY(state, types) | (one_in(state, 4) ? below(state, 07777) : 0777);
}

static uint32_t position(uint32_t *state)
{
	if (one_in(state, 2))
		return below(state, 5 * PAGE);
	if (one_in(state, 8))
		return ~0u - below(state, 3 * PAGE);
	return one_in(state, 3) ? below(state, 64) * PAGE : any_size(state);
}

// The high half of a position or length of 64 bits: where files are, or where sums leave the range.
static uint32_t high_half(uint32_t *state)
{
	static const uint32_t halves[] = { 1, 0xff, 0x100, 0x7fffffff, 0x80000000, ~0u };

	return one_in(state, 2) ? 0 : one_in(state, 6) ? random_word(state) : ANY(state, halves);
}

uint64_t far_position(uint32_t *state)
{
	uint32_t high = high_half(state);
	uint32_t low = one_in(state, 3) ? ~0u - below(state, 3 * PAGE) : position(state);

	return (uint64_t)high << 32 | low;
}

static uint32_t clone_flags(uint32_t *state)
{
	uint32_t flags = one_in(state, 8) ? any_integer(state) & CSIGNAL : SIGCHLD;

	if (!one_in(state, 4))
		flags |= CLONE_VM;
	if (one_in(state, 3))
		flags |= CLONE_VFORK;
	if (one_in(state, 4))
		flags |= bits(state, CLONE_FILES | CLONE_FS);
	if (one_in(state, 3)) // a thread
		flags |= CLONE_VM | CLONE_SIGHAND | (one_in(state, 4) ? 0 : CLONE_THREAD);
	if (one_in(state, 3))
		flags |= bits(state, CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
		                             CLONE_CHILD_CLEARTID | CLONE_PARENT);
	return one_in(state, 8) ? bits(state, ~0u) | SIGCHLD : flags;
}

static uint32_t ioctl_request(uint32_t *state)
{
	static const uint32_t requests[] = {
		TCGETS,     TCSETS,    TCSETSW,   TCSETSF,    TCSBRK,     TCFLSH,      TIOCSCTTY,
		TIOCGPGRP,  TIOCSPGRP, FIONREAD,  TIOCGWINSZ, TIOCSWINSZ, TIOCNOTTY,   FIONBIO,
		TIOCGSID,   TCXONC,    TIOCNOTTY, TIOCGPTN,   TIOCSPTLCK, TIOCGPTPEER, TIOCSIG,
		TIOCGPTLCK, FIOASYNC,  FIOASYNC,  FIOSETOWN,  FIOGETOWN,  TIOCPKT,     TIOCGPKT,
		TIOCGEXCL,  TIOCEXCL,  TIOCNXCL
	};

	return one_in(state, 10) ? any_integer(state) : ANY(state, requests);
}

static uint32_t uffd_request(uint32_t *state)
{
	static const uint32_t requests[] = {
		UFFDIO_API,    UFFDIO_API,      UFFDIO_REGISTER,     UFFDIO_REGISTER,
		UFFDIO_COPY,   UFFDIO_ZEROPAGE, UFFDIO_WRITEPROTECT, UFFDIO_CONTINUE,
		UFFDIO_POISON, UFFDIO_MOVE,     UFFDIO_WAKE,         UFFDIO_UNREGISTER
	};

	return ANY(state, requests);
}

static uint32_t mount_flags(uint32_t *state)
{
	static const uint32_t flags[] = { 0,
		                          0,
		                          MS_RDONLY,
		                          MS_NODEV | MS_NOEXEC,
		                          MS_BIND,
		                          MS_BIND,
		                          MS_BIND,
		                          MS_MOVE,
		                          MS_REMOUNT,
		                          MS_REMOUNT | MS_RDONLY,
		                          MS_REMOUNT | MS_BIND | MS_RDONLY,
		                          MS_PRIVATE };

	return one_in(state, 10) ? any_integer(state) : ANY(state, flags);
}

static uint32_t fcntl_command(uint32_t *state)
{
	static const uint32_t commands[] = {
		F_DUPFD,         F_GETFD,     F_SETFD,     F_GETFL,         F_SETFL,
		F_GETLK64,       F_SETLK64,   F_SETLKW64,  F_DUPFD_CLOEXEC, F_SETPIPE_SZ,
		F_GETPIPE_SZ,    F_ADD_SEALS, F_GET_SEALS, F_SETOWN,        F_GETOWN,
		F_SETLK,         F_GETLK,     F_SETLKW,    F_OFD_SETLK,     F_OFD_GETLK,
		F_OFD_SETLKW,    F_SETSIG,    F_GETSIG,    F_SETOWN_EX,     F_GETOWN_EX,
		F_GETOWNER_UIDS, F_SETLEASE,  F_GETLEASE
	};

	return one_in(state, 10) ? any_integer(state) : ANY(state, commands);
}

static uint32_t any_signal(uint32_t *state)
{
	static const uint32_t signals[] = { SIGUSR1, SIGUSR2, SIGCHLD, SIGALRM, SIGCONT, SIGSEGV,
		                            SIGPIPE, SIGTSTP, 0,       64,      65,      33 };

	if (one_in(state, 30))
		return one_in(state, 2) ? SIGKILL : SIGSTOP;
	return one_in(state, 4) ? below(state, 70) : ANY(state, signals);
}

static uint32_t call_number(uint32_t *state)
{
	if (one_in(state, 4))
		return SYS_QUIRE_FIRST + below(state, 64);
	if (one_in(state, 8))
		return random_word(state);
	return below(state, 470);
}

// A length in the long range: often as long as memory, sometimes all, now and then not whole pages.
static uint32_t long_length(uint32_t *state)
{
	uint32_t most = one_in(state, 3) ? LONG_SIZE : 32u << 20;
	uint32_t length = below(state, most / PAGE + 1) * PAGE;

	return one_in(state, 8) ? length + below(state, PAGE) : length;
}

// The kinds whose values are a few small numbers: `first` and those after it. One time in
// `any_in`, if that is not 0, the value is any integer.
static const struct small_kind {
	char kind;
	uint8_t any_in, first, count;
} small_kinds[] = {
	{ 'r', 12, 0, 8 },  { 'M', 16, 0, 8 },
	{ 'A', 16, 0, 27 }, { 'y', 3, 0, 8 },
	{ 'w', 0, 0, 7 },   { 'c', 10, 0, 9 },
	{ 'h', 10, 0, 12 }, { 'P', 0, 0, 48 },
	{ 'k', 0, 1, 12 },  { 'Z', 12, 0, RLIM_NLIMITS },
	{ 's', 4, 0, 60 },  { 'X', 0, 0, 5 },
	{ '#', 10, 1, 12 },
};

// Returns a value of a kind that the table above has, and any integer for other kinds.
static uint32_t small_value(char kind, uint32_t *state)
{
	for (uint32_t i = 0; i < sizeof(small_kinds) / sizeof(small_kinds[0]); i++) {
		const struct small_kind *small = &small_kinds[i];

		if (small->kind == kind && !(small->any_in && one_in(state, small->any_in)))
			return small->first + below(state, small->count);
	}
	return any_integer(state);
}

// The value of a kind that another file knows, or a small number.
static uint32_t other_value(char kind, uint32_t *state)
{
	if (strchr("+|;", kind))
		return socket_value(kind, state);
	if (strchr("()<>}", kind))
		return sysv_value(kind, state);
	if (kind == ',' || kind == '-')
		return mqueue_value(kind, state);
	if (kind == '`')
		return trace_value(state);
	if (kind == '^')
		return one_in(state, 2) ? UFFD : any_descriptor(state);
	if (kind == '\'')
		return one_in(state, 16) ? any_descriptor(state) : PAGEMAP;
	if (kind == '\\')
		return PAGEMAP_SCAN;
	if (kind == '"')
		return mount_flags(state);
	return kind_is_futex(kind) ? futex_value(kind, state) : small_value(kind, state);
}

uint32_t raw_value(char kind, uint32_t *state)
{
	switch (kind) {
	case '0':
	case '.':
		return kind == '.' ? PR_SET_VMA : 0;
	case '1':
		return one_in(state, 2) ? 1u << 20 : below(state, 1u << 20);
	case '5':
		return one_in(state, 2) ? 1024 : below(state, 1025);
	case '2':
		return LONG_BASE + (one_in(state, 2) ? 0 : below(state, LONG_SIZE / PAGE) * PAGE);
	case '3':
		return long_length(state);
	case 'f':
		return any_descriptor(state);
	case 'd':
		return one_in(state, 2) ? (uint32_t)AT_FDCWD : any_descriptor(state);
	case 'n':
		return any_size(state);
	case 'a':
		return range_address(state);
	case 'L':
		return range_length(state);
	case 'E':
		return range_address(state) + (below(state, PAGE) & -4u);
	case 'm':
		return mmap_flags(state);
	case 'o':
		return position(state);
	case '9':
		return high_half(state);
	case 'O':
		return open_flags(state);
	case 'x':
		return file_mode(state);
	case 'D':
		return one_in(state, 2) ? below(state, 10) << 8 | below(state, 10) :
		                          any_integer(state);
	case 'g':
		return any_signal(state);
	case '8':
		return one_in(state, 16) ? any_size(state) : 8;
	case 'C':
		return clone_flags(state);
	case 'W':
		return one_in(state, 8) ? any_integer(state) : WNOHANG | below(state, 16);
	case 'I':
		return ioctl_request(state);
	case 'Y':
		return uffd_request(state);
	case 'j':
		return fcntl_command(state);
	case 'N':
		return call_number(state);
	default:
		return other_value(kind, state);
	}
}
