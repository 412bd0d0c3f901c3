// Futexes: operations, and the words that robust lists and waiters share with the kernel.
#pragma once

#include <stdint.h>

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_FD 2
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP 5
#define FUTEX_LOCK_PI 6
#define FUTEX_UNLOCK_PI 7
#define FUTEX_TRYLOCK_PI 8
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_WAIT_REQUEUE_PI 11
#define FUTEX_CMP_REQUEUE_PI 12
#define FUTEX_LOCK_PI2 13
#define FUTEX_PRIVATE_FLAG 128
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_CMD_MASK (~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME))

#define FUTEX_BITSET_MATCH_ANY 0xffffffffu

// The argument of FUTEX_WAKE_OP: operation << 28 | comparison << 24 | operand << 12 | compared. With
// bit 31 the operand is a number of a bit.
#define FUTEX_OP_SET 0
#define FUTEX_OP_ADD 1
#define FUTEX_OP_OR 2
#define FUTEX_OP_ANDN 3
#define FUTEX_OP_XOR 4
#define FUTEX_OP_CMP_EQ 0
#define FUTEX_OP_CMP_NE 1
#define FUTEX_OP_CMP_LT 2
#define FUTEX_OP_CMP_LE 3
#define FUTEX_OP_CMP_GT 4
#define FUTEX_OP_CMP_GE 5

// One word of futex_waitv.
struct futex_waitv {
	uint64_t val, uaddr;
	uint32_t flags; // FUTEX2_SIZE_U32, perhaps with FUTEX_PRIVATE_FLAG
	uint32_t reserved;
};

#define FUTEX2_SIZE_U32 2

#define FUTEX_WAITERS 0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK 0x3fffffffu

// The argument of set_robust_list: a ring of locks that the thread holds.
struct robust_list {
	uint32_t next;
};

struct robust_list_head {
	struct robust_list list;
	int32_t futex_offset;
	uint32_t list_op_pending;
};
