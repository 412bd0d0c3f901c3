// What the tests of System V objects share.
#pragma once

#include "../test.h"

#include <sys/ipc.h>

// A key that no other program has: the tests run alone, or in a namespace of their own.
#define KEY 0x51554952

// Print an owner and the permissions. Ids of objects differ from run to run.
static inline void show_perm(const struct ipc_perm *perm)
{
	say("  key %#x, user %u %u, group %u %u, mode %#o\n", (unsigned int)perm->__key, perm->uid,
	    perm->cuid, perm->gid, perm->cgid, perm->mode);
}

// Become a user without privileges.
static inline void become(uid_t user)
{
	if (syscall(SYS_setgid32, user) || syscall(SYS_setuid32, user))
		say("setuid: %s\n", error_name(errno));
}
