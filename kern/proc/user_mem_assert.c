// user_mem_assert.c: ending a program that passes the kernel memory that it may not use.
#include "proc/user_mem_assert.h"

#include "mem/pgdir.h"
#include "proc/process.h"
#include "vm/uaccess.h"

void user_mem_assert(const char *call, const void __user *va, size_t len, int perm)
{
	const struct thread *thread = thread_current();
	uintptr_t bad;

	assert_no_lock();
	if (user_mem_check(thread->aspace, va, len, perm, &bad) == 0)
		return;
	printk(LOG_NOTICE, "%s (%d): %s: it may not %s %#x\n", thread->name, thread->tid, call,
	       perm & PTE_W ? "write to" : "read", bad);
	process_exit(SIGSEGV);
}
