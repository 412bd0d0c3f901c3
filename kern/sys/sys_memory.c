// sys_memory.c: calls that change the caller's address space. vm/aspace.h has the operations;
// here arguments are decoded, and mmap's checks brought into Linux's order.
#include "fs/fdtable.h"
#include "fs/inode.h"
#include "fs/large_page_file.h"
#include "proc/process.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/object.h"
#include "vm/seal_name.h"
#include "vm/uaccess.h"
#include <abi/mman.h>

// brk(2). The call never reports an error: it returns the break, the old one if it could not be
// moved. After mlockall(MCL_FUTURE) new pages are made at once.
SYSCALL1(brk, uintptr_t, brk)
{
	struct aspace *as = aspace_current();
	uintptr_t before = ROUND_UP(as->brk, PAGE_SIZE), after;

	brk = aspace_brk(as, brk);
	after = ROUND_UP(brk, PAGE_SIZE);
	if (after > before && (as->new_flags & AREA_LOCKED))
		(void)aspace_populate(as, before, after - before);
	return (long)brk;
}

// munmap(2). A range without mappings is no error.
SYSCALL2(munmap, uintptr_t, va, size_t, len)
{
	return aspace_unmap(aspace_current(), va, len);
}

// mprotect(2): a loop over areas that stops at a hole, with the areas before it changed.
SYSCALL3(mprotect, uintptr_t, va, size_t, len, uint32_t, prot)
{
	return aspace_protect(aspace_current(), va, len, prot);
}

// The flags that MAP_SHARED_VALIDATE admits: those that are older than it. MAP_SHARED ignores
// flags that it does not know, so a program could not find out whether one works (mmap(2)).
#define MAP_ADMITTED                                                                             \
	(MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_32BIT | MAP_GROWSDOWN | MAP_DENYWRITE |      \
	 MAP_EXECUTABLE | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | \
	 MAP_HUGETLB | MAP_ABOVE4G)

// Check whether `file` (NULL: anonymous memory) may be mapped with these flags. Returns 0 or
// -errno, in the order of Linux's do_mmap: the type of the mapping, then access (EACCES), then
// whether the file can be mapped at all (ENODEV). A private mapping that may be written needs no
// file opened for writing, but every mapping needs one opened for reading.
static int check_mapping(const struct file *file, uint32_t prot, uint32_t flags)
{
	uint32_t type = flags & MAP_TYPE;

	if (type != MAP_PRIVATE && type != MAP_SHARED && (type != MAP_SHARED_VALIDATE || !file))
		return WHY(-EINVAL,
		           "the flags %#x have no type: MAP_PRIVATE, MAP_SHARED, or for a "
		           "file MAP_SHARED_VALIDATE",
		           flags);
	if (!file && (flags & MAP_GROWSDOWN) && (type == MAP_SHARED || (flags & MAP_HUGETLB)))
		return WHY(-EINVAL, "a stack is private, and has small pages");
	if (!file)
		return 0;
	if (type == MAP_SHARED_VALIDATE && (flags & ~MAP_ADMITTED))
		return WHY(-EOPNOTSUPP, "MAP_SHARED_VALIDATE does not admit the flags %#x",
		           flags & ~MAP_ADMITTED);
	if (type != MAP_PRIVATE && (prot & PROT_WRITE) && !file_writable(file))
		return WHY(-EACCES, "the descriptor is not open for writing");
	if (!file_readable(file))
		return WHY(-EACCES, "the descriptor is not open for reading");
	if (!file->ops->mmap)
		return WHY(-ENODEV, "such a file cannot be mapped");
	if ((flags & MAP_HUGETLB) && !inode_has_large(file->inode))
		return WHY(-EINVAL, "the file has small pages");
	return flags & MAP_GROWSDOWN ? WHY(-EINVAL, "a file is no stack") : 0;
}

#define MAP_SIZE(flags) ((flags) >> MAP_HUGE_SHIFT & MAP_HUGE_MASK)

// Map large pages (MAP_HUGETLB). The flags may name a size; there is only one. Linux makes a
// file for each such mapping, too. Returns the address or -errno.
static long map_large(struct map_request *request, uint32_t flags)
{
	struct inode *inode;
	uintptr_t va;
	int error;

	if (MAP_SIZE(flags) && MAP_SIZE(flags) != LARGE_SHIFT)
		return WHY(-EINVAL, "pages of %#x bytes do not exist", 1u << MAP_SIZE(flags));
	error = large_file_request(request, &inode);
	if (error)
		return error;
	error = aspace_map(aspace_current(), request, &va);
	inode_put(inode);
	return error ? error : (long)va;
}

// Map anonymous memory. Shared memory is an object without a file: parent and child see its
// pages after fork. Private memory needs none. Returns the address or -errno.
static long map_anonymous(struct map_request *request, uint32_t flags)
{
	uintptr_t va;
	int error;

	if (flags & MAP_HUGETLB)
		return map_large(request, flags);
	if (request->flags & AREA_SHARED) {
		request->object = object_create();
		if (!request->object)
			return -ENOMEM;
		error = object_truncate(request->object,
		                        ROUND_UP((uint64_t)request->len, PAGE_SIZE));
		if (!error)
			error = aspace_map(aspace_current(), request, &va);
		object_put(request->object);
	} else {
		error = aspace_map(aspace_current(), request, &va);
	}
	return error ? error : (long)va;
}

// Returns the error of a refused mapping. As on Linux, errors of the address range come before
// `error`, which is about type, flags or file.
static long refuse(const struct map_request *request, int error)
{
	int range_error = aspace_check_map(aspace_current(), request);

	return range_error ? range_error : error;
}

// Let the request map the file's contents. A shared mapping of a file that was not opened for
// writing can never become writable by mprotect(). Returns 0 or -errno.
static int complete(struct map_request *request, struct file *file)
{
	if ((request->flags & AREA_SHARED) && !file_writable(file))
		request->flags |= AREA_NOWRITE;
	if (file->write_open)
		request->flags |= AREA_WRITE_OPEN;
	return file->ops->mmap(file, request);
}

// Make a shared mapping that may be written. It counts as a writer meanwhile, so nobody can seal
// the file between the check and the mapping. A file sealed against writing may still be mapped
// to be read, for good. Returns the address or -errno.
static long map_to_write(struct map_request *request)
{
	bool writer = !object_writer_enter(request->object);
	uintptr_t va;
	int error;

	if (!writer && (request->prot & PROT_WRITE))
		return refuse(request, WHY(-EPERM, "the file is sealed against writing"));
	if (!writer)
		request->flags |= AREA_NOWRITE;
	error = aspace_map(aspace_current(), request, &va);
	if (writer)
		object_writer_leave(request->object);
	return error ? error : (long)va;
}

// Map a file that has been completed into the request. Returns the address or -errno.
static long map_file(struct map_request *request)
{
	uintptr_t va;
	int error;

	if (request->object && (request->flags & (AREA_SHARED | AREA_NOWRITE)) == AREA_SHARED)
		return map_to_write(request);
	error = aspace_map(aspace_current(), request, &va);
	return error ? error : (long)va;
}

// Returns true if mmap's result is an address: they lie below ULIM, -errno in the last page.
static bool result_ok(long result)
{
	return (uintptr_t)result < ULIM;
}

// Returns the AREA_ bits that flags of mmap() ask for.
static uint16_t area_flags(uint32_t flags)
{
	uint16_t result = (flags & MAP_TYPE) == MAP_PRIVATE ? 0 : AREA_SHARED;

	if (flags & MAP_GROWSDOWN)
		result |= AREA_GROWSDOWN;
	if (flags & MAP_LOCKED)
		result |= AREA_LOCKED;
	if (flags & MAP_NORESERVE)
		result |= AREA_NORESERVE;
	return result;
}

// Check the request and map it. A length of 0 comes before all other errors (do_mmap). Returns
// the address or -errno.
static long map_checked(struct map_request *request, uint32_t flags, struct file *file)
{
	int error;

	if (request->len == 0)
		return WHY(-EINVAL, "the length is 0");
	error = check_mapping(file, request->prot, flags);
	if (!error && file)
		error = complete(request, file);
	if (!error && (request->object || request->ops))
		return map_file(request);
	if (!error)
		return map_anonymous(request, flags);
	return refuse(request, error);
}

// Returns true if the pages are to be made at once. MAP_NONBLOCK takes MAP_POPULATE's effect
// away (mmap(2)).
static bool wants_populate(uint16_t area_flags, uint32_t flags)
{
	return (area_flags & AREA_LOCKED) ||
	       (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE;
}

// Do mmap(2). The descriptor is checked before everything else. Populating comes last, with no
// lock held, and its failure is not reported: the mapping is there, and its pages come by
// faults.
static long do_mmap(uintptr_t va, size_t len, uint32_t prot, uint32_t flags, int fd, uint64_t offset)
{
	struct map_request request = {
		.va = va,
		.len = len,
		.prot = prot & (PROT_READ | PROT_WRITE | PROT_EXEC),
		.flags = area_flags(flags),
		.fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE),
		.no_replace = flags & MAP_FIXED_NOREPLACE,
		.offset = flags & MAP_ANONYMOUS ? 0 : offset,
	};
	struct file *file = NULL;
	long result;

	if (!(flags & MAP_ANONYMOUS)) {
		file = file_arg_get(fd);
		if (!file)
			return -EBADF;
	}
	result = map_checked(&request, flags, file);
	if (file)
		file_put(file);
	if (result_ok(result) && wants_populate(request.flags | aspace_current()->new_flags, flags))
		(void)aspace_populate(aspace_current(), (uintptr_t)result, ROUND_UP(len, PAGE_SIZE));
	return result;
}

// mmap2(2): the offset counts pages, so files beyond 4 GiB can be mapped.
SYSCALL6(mmap2, uintptr_t, va, size_t, len, uint32_t, prot, uint32_t, flags, int, fd, uint32_t, page)
{
	return do_mmap(va, len, prot, flags, fd, (uint64_t)page << PAGE_SHIFT);
}

// The old call takes a pointer to its six arguments: system calls had at most five once. Its
// offset counts bytes and must be a multiple of a page.
SYSCALL1(mmap, const void __user *, args)
{
	struct {
		uint32_t va, len, prot, flags;
		int32_t fd;
		uint32_t offset;
	} a;

	if (copyin(aspace_current(), &a, args, sizeof(a)))
		return -EFAULT;
	if (a.offset % PAGE_SIZE)
		return WHY(-EINVAL, "the offset %#x is not page-aligned", a.offset);
	return do_mmap(a.va, a.len, a.prot, a.flags, a.fd, a.offset);
}

// mremap(2).
SYSCALL5(mremap, uintptr_t, old, size_t, old_len, size_t, new_len, uint32_t, flags, uintptr_t, new)
{
	uintptr_t va;
	int error = aspace_remap(aspace_current(), old, old_len, new_len, flags, new, &va);

	return error ? error : (long)va;
}

// madvise(2): a loop that passes over holes, and reports ENOMEM at the end.
SYSCALL3(madvise, uintptr_t, va, size_t, len, int, advice)
{
	return aspace_advise(aspace_current(), va, len, advice);
}

// mseal(2). There are no flags yet.
SYSCALL3(mseal, uintptr_t, va, size_t, len, uint32_t, flags)
{
	return flags ? -EINVAL : aspace_seal(aspace_current(), va, len);
}

// msync(2). Files are memory, so nothing is written; the range is checked, though.
SYSCALL3(msync, uintptr_t, va, size_t, len, uint32_t, flags)
{
	return aspace_sync(aspace_current(), va, len, flags);
}

// mlock(2): makes all pages of the range now. There is no swap, so nothing takes them away
// later.
SYSCALL2(mlock, uintptr_t, va, size_t, len)
{
	return aspace_lock(aspace_current(), va, len, AREA_LOCKED);
}

// mlock2(2): MLOCK_ONFAULT locks pages when they come, and makes none.
SYSCALL3(mlock2, uintptr_t, va, size_t, len, uint32_t, flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return aspace_lock(aspace_current(), va, len,
	                   AREA_LOCKED | (flags & MLOCK_ONFAULT ? AREA_ONFAULT : 0));
}

// munlock(2): the pages stay.
SYSCALL2(munlock, uintptr_t, va, size_t, len)
{
	return aspace_lock(aspace_current(), va, len, 0);
}

#define MINCORE_CHUNK 256 // pages whose state is asked for at once

// mincore(2): stores a byte for each page. The bytes of pages before a hole are stored, although
// the call then returns ENOMEM. The order of checks is Linux's: alignment, the range, the
// buffer.
SYSCALL3(mincore, uintptr_t, va, size_t, len, void __user *, store)
{
	size_t pages = len / PAGE_SIZE + (len % PAGE_SIZE != 0);
	uint8_t vec[MINCORE_CHUNK];

	if (va % PAGE_SIZE)
		return -EINVAL;
	if (va > ULIM || len > ULIM - va)
		return -ENOMEM;
	if (!user_range_ok(store, pages))
		return -EFAULT;
	while (pages > 0) {
		ssize_t n = aspace_resident(aspace_current(), va, MIN(pages, (size_t)MINCORE_CHUNK),
		                            vec);

		if (n < 0)
			return n;
		if (copyout(aspace_current(), store, vec, (size_t)n))
			return -EFAULT;
		store = (char __user *)store + n;
		va += (uintptr_t)n * PAGE_SIZE;
		pages -= (size_t)n;
		if (yield_after(n))
			return -EINTR;
	}
	return 0;
}

// mlockall(2). MCL_ONFAULT alone is EINVAL: it changes how the other two act.
SYSCALL1(mlockall, uint32_t, flags)
{
	if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
		return -EINVAL;
	return aspace_lock_all(aspace_current(),
	                       AREA_LOCKED | (flags & MCL_ONFAULT ? AREA_ONFAULT : 0),
	                       flags & MCL_CURRENT, flags & MCL_FUTURE);
}

// munlockall(2): also ends MCL_FUTURE.
SYSCALL0(munlockall)
{
	return aspace_lock_all(aspace_current(), 0, true, false);
}
