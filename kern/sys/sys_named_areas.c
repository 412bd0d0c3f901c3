// sys_named_areas.c: the calls on named areas. Rules and errors are in inc/sys/area.h; Linux
// does not have these calls.
#include "fs/fdtable.h"
#include "mem/heap.h"
#include "named/named.h"
#include "proc/process.h"
#include "sys/syscall.h"
#include "sys/user_path.h"
#include "thread/credentials.h"
#include "vm/object.h"
#include "vm/uaccess.h"
#include <abi/area.h>
#include <abi/mman.h>

// Copy an array of the caller's, user[count] with elements of `size` bytes. Returns 0 with the
// copy in *store, which the caller frees with kfree; -EINVAL, -ENOMEM or -EFAULT.
static int get_array(const void __user *user, uint32_t count, size_t size, void *store)
{
	void *array;

	if (count == 0 || count > AREA_BATCH_MAX)
		return -EINVAL;
	array = kmalloc(count * size);
	if (!array)
		return -ENOMEM;
	if (copyin(aspace_current(), array, user, count * size)) {
		kfree(array);
		return -EFAULT;
	}
	*(void **)store = array;
	return 0;
}

// Delete areas that were made, because the caller cannot be told their ids: it would never find
// them.
static void unmake(const struct area_request *requests, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		(void)named_delete(aspace_current(), &requests[i].id, 1);
}

// area_create(): makes `count` areas, all or none, and stores their ids in the requests.
SYSCALL2(area_create, void __user *, user, uint32_t, count)
{
	struct aspace *as = aspace_current();
	struct area_request *requests;
	int error = get_array(user, count, sizeof(*requests), &requests);

	if (error)
		return error;
	error = named_create(as, process_current()->pid, requests, count);
	if (!error && copyout(as, user, requests, count * sizeof(*requests))) {
		unmake(requests, count);
		error = -EFAULT;
	}
	kfree(requests);
	return error;
}

// area_clone(): makes an area that shows the memory of another one, shared or copy-on-write. A
// result that cannot be stored undoes the call.
SYSCALL1(area_clone, void __user *, user)
{
	struct aspace *as = aspace_current();
	struct area_clone_request request;
	int error;

	if (copyin(as, &request, user, sizeof(request)))
		return -EFAULT;
	error = named_clone(as, process_current()->pid, &request);
	if (!error && copyout(as, user, &request, sizeof(request))) {
		(void)named_delete(as, &request.id, 1);
		error = -EFAULT;
	}
	return error;
}

// area_find(): finds an area by name. A name that is too long or empty cannot exist: EINVAL.
SYSCALL1(area_find, const char __user *, user)
{
	char name[AREA_NAME_MAX];
	ssize_t len = copyinstr(aspace_current(), name, user, sizeof(name));

	if (len < 0)
		return len == -ENAMETOOLONG ? -EINVAL : len;
	return len ? named_find(aspace_current(), name) : -EINVAL;
}

// area_resize().
SYSCALL3(area_resize, int, id, size_t, size, uint32_t, flags)
{
	return named_resize(aspace_current(), id, size, flags);
}

// Complete a request with the contents of an open file, by the rules of mmap(). Devices have a
// call of their own, area_remap. Large pages are refused: parts of an area can be unmapped,
// parts of a large page cannot. Returns 0 or -errno.
static int file_request(struct file *file, struct map_request *request)
{
	int error;

	if (!file_readable(file))
		return -EACCES;
	if (!file_writable(file))
		request->flags |= AREA_NOWRITE;
	if (file->write_open)
		request->flags |= AREA_WRITE_OPEN;
	if (!file->ops->mmap)
		return -ENODEV;
	error = file->ops->mmap(file, request);
	if (!error && (!request->object || request->object->shift != PAGE_SHIFT))
		error = -ENODEV;
	return error;
}

// area_map(): puts a file's contents at an offset in the area's place. The length and protection
// of the request are only for the file's checks: the area keeps its own.
SYSCALL4(area_map, int, id, int, fd, uint32_t, low, uint32_t, high)
{
	struct map_request request = {
		.len = PAGE_SIZE,
		.prot = PROT_READ,
		.flags = AREA_SHARED,
		.offset = (uint64_t)high << 32 | low,
	};
	struct file *file = file_arg_get(fd);
	int error;

	if (!file)
		return -EBADF;
	error = request.offset > OBJECT_MAX ? -EINVAL : file_request(file, &request);
	if (!error)
		error = named_remap(aspace_current(), id, &request);
	file_put(file);
	return error;
}

// area_remap(): puts device memory in the area's place, with a choice of caching. As for /dev/mem, this
// takes a privilege: EPERM.
SYSCALL3(area_remap, int, id, uint32_t, physical, uint32_t, cache)
{
	static const uint16_t modes[] = {
		[AREA_CACHE_BACK] = 0,
		[AREA_CACHE_COMBINING] = AREA_WRITE_COMBINING,
		[AREA_CACHE_NONE] = AREA_UNCACHED,
	};
	struct map_request request = { .offset = physical, .ops = &linear_ops };

	if (!capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (cache >= ARRAY_SIZE(modes))
		return -EINVAL;
	request.flags = modes[cache];
	return named_remap(aspace_current(), id, &request);
}

// area_protect().
SYSCALL2(area_protect, int, id, int, prot)
{
	return named_protect(aspace_current(), id, prot);
}

// Store the attributes of the area `id`, or, with `next`, of the first one after it in a fixed
// order. Returns 0, with `next` its id, or -errno.
static long tell(int id, bool next, void __user *user)
{
	struct area_info info;
	int error = named_info(aspace_current(), id, next, &info);

	if (error)
		return error;
	if (copyout(aspace_current(), user, &info, sizeof(info)))
		return -EFAULT;
	return next ? info.id : 0;
}

// area_info(): the attributes of one area.
SYSCALL2(area_info, int, id, void __user *, user)
{
	return tell(id, false, user);
}

// area_next(): walks over all areas that the caller may clone, which may come and go between two
// calls.
SYSCALL2(area_next, int, id, void __user *, user)
{
	return tell(id, true, user);
}

// area_physical(): the physical address of a contiguous area, for a device. EPERM without CAP_SYS_RAWIO.
SYSCALL2(area_physical, int, id, void __user *, user)
{
	uint32_t physical;
	int error = !capable(CAP_SYS_RAWIO) ? -EPERM :
	                                      named_physical(aspace_current(), id, &physical);

	if (error)
		return error;
	return copyout(aspace_current(), user, &physical, sizeof(physical)) ? -EFAULT : 0;
}

// area_delete(): deletes `count` areas, all or none.
SYSCALL2(area_delete, const void __user *, user, uint32_t, count)
{
	int *ids, error = get_array(user, count, sizeof(*ids), &ids);

	if (error)
		return error;
	error = named_delete(aspace_current(), ids, count);
	kfree(ids);
	return error;
}
