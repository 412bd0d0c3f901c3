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
		error = object_truncate(request->object, ROUND_UP((uint64_t)request->len, PAGE_SIZE));
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

	if (len == 0 || (type != MAP_SHARED && type != MAP_PRIVATE && type != MAP_SHARED_VALIDATE))
		return -EINVAL;
	if (type != MAP_PRIVATE)
		request.flags |= AREA_SHARED;
	if (flags & MAP_GROWSDOWN)
		request.flags |= AREA_GROWSDOWN;
	if (!(flags & MAP_ANONYMOUS))
		return map_file(&request, fd);
	request.offset = 0;
	return map_anonymous(&request);
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
