// sys_process_vm.c: copying between the caller's memory and another process's
// (process_vm_readv(2)).
//
// Each side is a list of ranges. The bytes go through a page of the kernel, in pieces that lie
// within one page on either side: so a piece is copied or not, and the result says exactly how
// far the copy got.
#include "mem/heap.h"
#include "proc/process.h"
#include "proc/process_permission.h"
#include "sys/syscall.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include "vm/user_iovec.h"

#define CHUNK PAGE_SIZE // the greatest piece
#define COPY_COST 3000  // about how many instructions it takes to copy a piece

// One side of the copy: ranges of memory in one address space, and how far the copy has got.
struct side {
	struct aspace *as;
	struct user_vector vector;
	unsigned int index; // the current range
	size_t done;        // how many bytes of it are done
	bool local;         // the address space is the caller's own
};

// Returns how much is left of the current range, after skipping ranges that are done; 0 at the
// end.
static size_t side_left(struct side *side)
{
	const struct user_vector *vector = &side->vector;

	while (side->index < vector->count && side->done == vector->iov[side->index].iov_len) {
		side->index++;
		side->done = 0;
	}
	return side->index < vector->count ? vector->iov[side->index].iov_len - side->done : 0;
}

// Returns the address of the next byte.
static void __user *side_at(const struct side *side)
{
	return (char __user *)side->vector.iov[side->index].iov_base + side->done;
}

// Copy until one side is used up, a byte cannot be accessed, or the caller is killed. The
// caller's own memory is copied in place; the other process's pages are faulted in and pinned
// one by one. Returns how many bytes were copied; -EFAULT if not even the first could be.
static ssize_t copy_sides(struct side *from, struct side *to, char *chunk)
{
	ssize_t total = 0;
	size_t n;

	while ((n = MIN(side_left(from), side_left(to))) > 0) {
		size_t got, put;

		n = MIN(n, CHUNK - (uintptr_t)side_at(from) % CHUNK);
		n = MIN(n, CHUNK - (uintptr_t)side_at(to) % CHUNK);
		got = from->local ? copyin_partial(from->as, chunk, side_at(from), n) :
		                    aspace_read(from->as, chunk, side_at(from), n);
		put = to->local ? copyout_partial(to->as, side_at(to), chunk, got) :
		                  aspace_write(to->as, side_at(to), chunk, got);
		from->done += put;
		to->done += put;
		total += (ssize_t)put;
		if (put < n)
			return total ? total : -EFAULT;
		if (yield_after(COPY_COST))
			break;
	}
	return total;
}

// Find the address space of process `pid`. Stores a new reference. Returns 0; -ESRCH; -EPERM if the
// caller may not look into the process.
static int get_space(pid_t pid, struct aspace **store)
{
	const struct process *process;
	int error = -ESRCH;

	spin_lock(&process_lock);
	process = process_find(pid);
	if (process && process->aspace)
		error = access_inspect(process);
	if (!error)
		*store = aspace_get(process->aspace);
	spin_unlock(&process_lock);
	return error;
}

// Copy for process_vm. The address space gets a reference, so the process may exec or end
// meanwhile: the copy then reads the old memory.
static long transfer(pid_t pid, struct side *local, struct side *remote, bool write)
{
	char *chunk = kmalloc(CHUNK);
	ssize_t result;
	int error;

	if (!chunk)
		return -ENOMEM;
	error = get_space(pid, &remote->as);
	result = error;
	if (!error) {
		result = write ? copy_sides(local, remote, chunk) :
		                 copy_sides(remote, local, chunk);
		aspace_put(remote->as);
	}
	kfree(chunk);
	return result;
}

// Both lists of ranges are checked before the process is looked for, and nothing to copy is no
// error, even without a process: that is Linux's order. `write`: from the caller to the other
// process.
static long process_vm(pid_t pid, const void __user *local_iov, unsigned long local_count,
                       const void __user *remote_iov, unsigned long remote_count, bool write)
{
	struct aspace *own = aspace_current();
	struct side local = { .as = own, .local = true }, remote = { .local = false };
	long result = user_vector_get(&local.vector, own, local_iov, local_count);

	if (result)
		return result;
	result = user_vector_get(&remote.vector, own, remote_iov, remote_count);
	if (!result) {
		if (side_left(&local))
			result = transfer(pid, &local, &remote, write);
		user_vector_put(&remote.vector);
	}
	user_vector_put(&local.vector);
	return result;
}

// process_vm_readv(2). There are no flags yet: EINVAL.
SYSCALL6(process_vm_readv, pid_t, pid, const void __user *, local, unsigned long, local_count,
         const void __user *, remote, unsigned long, remote_count, unsigned long, flags)
{
	return flags ? -EINVAL : process_vm(pid, local, local_count, remote, remote_count, false);
}

// process_vm_writev(2). It obeys the protection of the other's areas: read-only memory is
// EFAULT, unlike with ptrace(2).
SYSCALL6(process_vm_writev, pid_t, pid, const void __user *, local, unsigned long, local_count,
         const void __user *, remote, unsigned long, remote_count, unsigned long, flags)
{
	return flags ? -EINVAL : process_vm(pid, local, local_count, remote, remote_count, true);
}
