// sys_memory.c: calls that change the caller's address space.
#include <abi/mman.h>
#include "proc/process.h"
#include "fs/fdtable.h"
#include "fs/inode.h"
#include "fs/large_page_file.h"
#include "sys/user_path.h"
#include "sys/syscall.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/object.h"
#include "vm/uaccess.h"

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

SYSCALL2(munmap, uintptr_t, va, size_t, len)
{
	return aspace_unmap(aspace_current(), va, len);
}

SYSCALL3(mprotect, uintptr_t, va, size_t, len, uint32_t, prot)
{
	return aspace_protect(aspace_current(), va, len, prot);
}

// Flags that MAP_SHARED_VALIDATE admits: those that are older than it.
#define MAP_ADMITTED                                                                             \
	(MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_32BIT | MAP_GROWSDOWN | MAP_DENYWRITE |      \
	 MAP_EXECUTABLE | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | \
	 MAP_HUGETLB | MAP_ABOVE4G)

// May `file` (NULL: nothing but zeroes) be mapped like that? 0 or -errno.
static int check_mapping(const struct file *file, uint32_t prot, uint32_t flags)
{
	uint32_t type = flags & MAP_TYPE;

	if (type != MAP_PRIVATE && type != MAP_SHARED && (type != MAP_SHARED_VALIDATE || !file))
		return -EINVAL;
	if (!file)
		return (flags & MAP_GROWSDOWN) && (type == MAP_SHARED || (flags & MAP_HUGETLB)) ?
		               -EINVAL :
		               0;
	if (type == MAP_SHARED_VALIDATE && (flags & ~MAP_ADMITTED))
		return -EOPNOTSUPP;
	if (type != MAP_PRIVATE && (prot & PROT_WRITE) && !file_writable(file))
		return -EACCES;
	if (!file_readable(file))
		return -EACCES;
	if (!file->ops->mmap)
		return -ENODEV;
	if ((flags & MAP_HUGETLB) && !inode_has_large(file->inode))
		return -EINVAL;
	return flags & MAP_GROWSDOWN ? -EINVAL : 0;
}

#define MAP_SIZE(flags) ((flags) >> MAP_HUGE_SHIFT & MAP_HUGE_MASK)

// Map large pages; flags may say of which size.
static long map_large(struct map_request *request, uint32_t flags)
{
	struct inode *inode;
	uintptr_t va;
	int error;

	if (MAP_SIZE(flags) && MAP_SIZE(flags) != LARGE_SHIFT)
		return -EINVAL;
	error = large_file_request(request, &inode);
	if (error)
		return error;
	error = aspace_map(aspace_current(), request, &va);
	inode_put(inode);
	return error ? error : (long)va;
}

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

// As on Linux, what is wrong with the range is reported before what is wrong with type, flags and
// file.
static long refuse(const struct map_request *request, int error)
{
	int range_error = aspace_check_map(aspace_current(), request);

	return range_error ? range_error : error;
}

// Let the request map what is behind the file. 0 or -errno.
static int complete(struct map_request *request, struct file *file)
{
	if ((request->flags & AREA_SHARED) && !file_writable(file))
		request->flags |= AREA_NOWRITE;
	if (file->write_open)
		request->flags |= AREA_WRITE_OPEN;
	return file->ops->mmap(file, request);
}

// Map what may be written through the mapping. Meanwhile nobody seals it; what is sealed may still be
// mapped to be read, for ever.
static long map_to_write(struct map_request *request)
{
	bool writer = !object_writer_enter(request->object);
	uintptr_t va;
	int error;

	if (!writer && (request->prot & PROT_WRITE))
		return refuse(request, -EPERM);
	if (!writer)
		request->flags |= AREA_NOWRITE;
	error = aspace_map(aspace_current(), request, &va);
	if (writer)
		object_writer_leave(request->object);
	return error ? error : (long)va;
}

static long map_file(struct map_request *request)
{
	uintptr_t va;
	int error;

	if (request->object && (request->flags & (AREA_SHARED | AREA_NOWRITE)) == AREA_SHARED)
		return map_to_write(request);
	error = aspace_map(aspace_current(), request, &va);
	return error ? error : (long)va;
}

// Results are addresses below ULIM, errors the last page's worth of numbers.
static bool result_ok(long result)
{
	return (uintptr_t)result < ULIM;
}

// The AREA_ bits that flags of mmap() ask for.
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

// Map, if all is well.
static long map_checked(struct map_request *request, uint32_t flags, struct file *file)
{
	int error;

	if (request->len == 0)
		return -EINVAL;
	error = check_mapping(file, request->prot, flags);
	if (!error && file)
		error = complete(request, file);
	if (!error && (request->object || request->ops))
		return map_file(request);
	if (!error)
		return map_anonymous(request, flags);
	return refuse(request, error);
}

static bool wants_populate(uint16_t area_flags, uint32_t flags)
{
	return (area_flags & AREA_LOCKED) ||
	       (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE;
}

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

SYSCALL6(mmap2, uintptr_t, va, size_t, len, uint32_t, prot, uint32_t, flags, int, fd, uint32_t, page)
{
	return do_mmap(va, len, prot, flags, fd, (uint64_t)page << PAGE_SHIFT);
}

// The old call takes a pointer to its six arguments.
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
		return -EINVAL;
	return do_mmap(a.va, a.len, a.prot, a.flags, a.fd, a.offset);
}

SYSCALL5(mremap, uintptr_t, old, size_t, old_len, size_t, new_len, uint32_t, flags, uintptr_t, new)
{
	uintptr_t va;
	int error = aspace_remap(aspace_current(), old, old_len, new_len, flags, new, &va);

	return error ? error : (long)va;
}

SYSCALL3(madvise, uintptr_t, va, size_t, len, int, advice)
{
	return aspace_advise(aspace_current(), va, len, advice);
}

SYSCALL3(msync, uintptr_t, va, size_t, len, uint32_t, flags)
{
	return aspace_sync(aspace_current(), va, len, flags);
}

SYSCALL2(mlock, uintptr_t, va, size_t, len)
{
	return aspace_lock(aspace_current(), va, len, AREA_LOCKED);
}

SYSCALL3(mlock2, uintptr_t, va, size_t, len, uint32_t, flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return aspace_lock(aspace_current(), va, len,
	                   AREA_LOCKED | (flags & MLOCK_ONFAULT ? AREA_ONFAULT : 0));
}

SYSCALL2(munlock, uintptr_t, va, size_t, len)
{
	return aspace_lock(aspace_current(), va, len, 0);
}

#define MINCORE_CHUNK 256 // pages asked about at once

// A byte for each page. What was told of before a hole stays written.
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

SYSCALL1(mlockall, uint32_t, flags)
{
	if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
		return -EINVAL;
	return aspace_lock_all(aspace_current(),
	                       AREA_LOCKED | (flags & MCL_ONFAULT ? AREA_ONFAULT : 0),
	                       flags & MCL_CURRENT, flags & MCL_FUTURE);
}

SYSCALL0(munlockall)
{
	return aspace_lock_all(aspace_current(), 0, true, false);
}
