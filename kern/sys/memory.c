// memory.c: calls that change the caller's address space.
#include <abi/mman.h>
#include "proc/process.h"
#include "fs/fdtable.h"
#include "fs/inode.h"
#include "sys/syscall.h"
#include "vm/aspace.h"
#include "vm/object.h"
#include "vm/uaccess.h"

SYSCALL1(brk, uintptr_t, brk)
{
	return (long)aspace_brk(aspace_current(), brk);
}

SYSCALL2(munmap, uintptr_t, va, size_t, len)
{
	return aspace_unmap(aspace_current(), va, len);
}

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)

SYSCALL3(mprotect, uintptr_t, va, size_t, len, uint32_t, prot)
{
	if (prot & ~PROT_ALL)
		return -EINVAL;
	return aspace_protect(aspace_current(), va, len, (int)prot);
}

static long map_anonymous(struct map_request *request)
{
	uintptr_t va;
	int error;

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

// May a file that was opened like this be mapped like that?
static int check_file(const struct file *file, const struct map_request *request)
{
	if (!inode_is(file->inode, S_IFREG) || !file->inode->object)
		return -ENODEV;
	if (!file_readable(file))
		return -EACCES;
	if ((request->flags & AREA_SHARED) && (request->prot & PROT_WRITE) && !file_writable(file))
		return -EACCES;
	return 0;
}

static long map_file(struct map_request *request, int fd)
{
	struct file *file = fd_get(process_current()->files, fd);
	uintptr_t va;
	int error;

	if (!file)
		return -EBADF;
	error = check_file(file, request);
	request->object = file->inode->object;
	if (!error)
		error = aspace_map(aspace_current(), request, &va);
	file_put(file);
	return error ? error : (long)va;
}

// Results are addresses below ULIM, errors the last page's worth of numbers.
static bool result_ok(long result)
{
	return (uintptr_t)result < ULIM;
}

static long do_mmap(uintptr_t va, size_t len, uint32_t prot, uint32_t flags, int fd, uint64_t offset)
{
	struct map_request request = {
		.va = va,
		.len = len,
		.prot = prot & PROT_ALL,
		.fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE),
		.no_replace = flags & MAP_FIXED_NOREPLACE,
		.offset = offset,
	};
	uint32_t type = flags & MAP_TYPE;
	long result;

	if (len == 0 || (type != MAP_SHARED && type != MAP_PRIVATE && type != MAP_SHARED_VALIDATE))
		return -EINVAL;
	if (type != MAP_PRIVATE)
		request.flags |= AREA_SHARED;
	if (flags & MAP_GROWSDOWN)
		request.flags |= AREA_GROWSDOWN;
	if (flags & MAP_LOCKED)
		request.flags |= AREA_LOCKED;
	if (flags & MAP_NORESERVE)
		request.flags |= AREA_NORESERVE;
	if (flags & MAP_ANONYMOUS) {
		request.offset = 0;
		result = map_anonymous(&request);
	} else {
		result = map_file(&request, fd);
	}
	if (result_ok(result) && (flags & (MAP_POPULATE | MAP_LOCKED)) && !(flags & MAP_NONBLOCK))
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
	return aspace_lock(aspace_current(), va, len, true, true);
}

SYSCALL3(mlock2, uintptr_t, va, size_t, len, uint32_t, flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return aspace_lock(aspace_current(), va, len, true, !(flags & MLOCK_ONFAULT));
}

SYSCALL2(munlock, uintptr_t, va, size_t, len)
{
	return aspace_lock(aspace_current(), va, len, false, false);
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
	}
	return 0;
}
