// userfaultfd: the structs of its ioctl requests and its messages (userfaultfd(2),
// ioctl_userfaultfd(2)). All numbers are 64 bits wide, also for programs of 32 bits.
#pragma once

#include <stdint.h>

// Flag of the system call: only faults of user mode become messages. The others are O_CLOEXEC and
// O_NONBLOCK.
#define UFFD_USER_MODE_ONLY 1u

#define UFFD_API 0xAAu

// Features: bits of struct uffdio_api.
#define UFFD_FEATURE_PAGEFAULT_FLAG_WP (1u << 0)
#define UFFD_FEATURE_EVENT_FORK (1u << 1)
#define UFFD_FEATURE_EVENT_REMAP (1u << 2)
#define UFFD_FEATURE_EVENT_REMOVE (1u << 3)
#define UFFD_FEATURE_MISSING_HUGETLBFS (1u << 4)
#define UFFD_FEATURE_MISSING_SHMEM (1u << 5)
#define UFFD_FEATURE_EVENT_UNMAP (1u << 6)
#define UFFD_FEATURE_SIGBUS (1u << 7)
#define UFFD_FEATURE_THREAD_ID (1u << 8)
#define UFFD_FEATURE_MINOR_HUGETLBFS (1u << 9)
#define UFFD_FEATURE_MINOR_SHMEM (1u << 10)
#define UFFD_FEATURE_EXACT_ADDRESS (1u << 11)
#define UFFD_FEATURE_WP_HUGETLBFS_SHMEM (1u << 12)
#define UFFD_FEATURE_WP_UNPOPULATED (1u << 13)
#define UFFD_FEATURE_POISON (1u << 14)
#define UFFD_FEATURE_WP_ASYNC (1u << 15)
#define UFFD_FEATURE_MOVE (1u << 16)
#define UFFD_FEATURES_ALL 0x1FFFFu

// Numbers of the requests; bit n of a mask of requests stands for number n.
#define _UFFDIO_REGISTER 0x00
#define _UFFDIO_UNREGISTER 0x01
#define _UFFDIO_WAKE 0x02
#define _UFFDIO_COPY 0x03
#define _UFFDIO_ZEROPAGE 0x04
#define _UFFDIO_MOVE 0x05
#define _UFFDIO_WRITEPROTECT 0x06
#define _UFFDIO_CONTINUE 0x07
#define _UFFDIO_POISON 0x08
#define _UFFDIO_API 0x3F

struct uffdio_api {
	uint64_t api;      // UFFD_API
	uint64_t features; // those wanted; then those that exist
	uint64_t ioctls;   // out: the requests on the descriptor
};

struct uffdio_range {
	uint64_t start, len;
};

#define UFFDIO_REGISTER_MODE_MISSING 1u
#define UFFDIO_REGISTER_MODE_WP 2u
#define UFFDIO_REGISTER_MODE_MINOR 4u

struct uffdio_register {
	struct uffdio_range range;
	uint64_t mode;
	uint64_t ioctls; // out: the requests on the range
};

// UFFDIO_COPY, UFFDIO_ZEROPAGE, UFFDIO_CONTINUE, UFFDIO_POISON, UFFDIO_MOVE: the last field returns
// how many bytes were done, or -errno if none were.
#define UFFDIO_COPY_MODE_DONTWAKE 1u
#define UFFDIO_COPY_MODE_WP 2u

struct uffdio_copy {
	uint64_t dst, src, len;
	uint64_t mode;
	int64_t copy;
};

#define UFFDIO_ZEROPAGE_MODE_DONTWAKE 1u

struct uffdio_zeropage {
	struct uffdio_range range;
	uint64_t mode;
	int64_t zeropage;
};

#define UFFDIO_WRITEPROTECT_MODE_WP 1u
#define UFFDIO_WRITEPROTECT_MODE_DONTWAKE 2u

struct uffdio_writeprotect {
	struct uffdio_range range;
	uint64_t mode;
};

#define UFFDIO_CONTINUE_MODE_DONTWAKE 1u
#define UFFDIO_CONTINUE_MODE_WP 2u

struct uffdio_continue {
	struct uffdio_range range;
	uint64_t mode;
	int64_t mapped;
};

#define UFFDIO_POISON_MODE_DONTWAKE 1u

struct uffdio_poison {
	struct uffdio_range range;
	uint64_t mode;
	int64_t updated;
};

#define UFFDIO_MOVE_MODE_DONTWAKE 1u
#define UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES 2u

struct uffdio_move {
	uint64_t dst, src, len;
	uint64_t mode;
	int64_t move;
};

// The requests: direction, size of the struct, type 0xAA, number.
#define UFFDIO_API 0xC018AA3Fu
#define UFFDIO_REGISTER 0xC020AA00u
#define UFFDIO_UNREGISTER 0x8010AA01u
#define UFFDIO_WAKE 0x8010AA02u
#define UFFDIO_COPY 0xC028AA03u
#define UFFDIO_ZEROPAGE 0xC020AA04u
#define UFFDIO_MOVE 0xC028AA05u
#define UFFDIO_WRITEPROTECT 0xC018AA06u
#define UFFDIO_CONTINUE 0xC020AA07u
#define UFFDIO_POISON 0xC020AA08u

// The request of /dev/userfaultfd: a new descriptor. Its argument is the flags.
#define USERFAULTFD_IOC_NEW 0xAA00u

// What read() returns: one message of 32 bytes for each event.
#define UFFD_EVENT_PAGEFAULT 0x12
#define UFFD_EVENT_FORK 0x13
#define UFFD_EVENT_REMAP 0x14
#define UFFD_EVENT_REMOVE 0x15
#define UFFD_EVENT_UNMAP 0x16

#define UFFD_PAGEFAULT_FLAG_WRITE 1u // a write
#define UFFD_PAGEFAULT_FLAG_WP 2u    // to a page that userfaultfd has write-protected
#define UFFD_PAGEFAULT_FLAG_MINOR 4u // the object has the page

struct uffd_msg {
	uint8_t event;
	uint8_t reserved1;
	uint16_t reserved2;
	uint32_t reserved3;
	union {
		struct {
			uint64_t flags, address;
			union {
				uint32_t ptid; // with UFFD_FEATURE_THREAD_ID
			} feat;
		} pagefault;
		struct {
			uint32_t ufd;
		} fork;
		struct {
			uint64_t from, to, len;
		} remap;
		struct {
			uint64_t start, end;
		} remove; // UFFD_EVENT_UNMAP too
		struct {
			uint64_t reserved1, reserved2, reserved3;
		} reserved;
	} arg;
} __attribute__((packed));

_Static_assert(sizeof(struct uffd_msg) == 32, "struct uffd_msg has the wrong size");
