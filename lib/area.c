// Named areas: each function is one system call.

#include <sys/area.h>
#include <sys/syscall.h>
#include <unistd.h>

int area_create(struct area_request *requests, unsigned int count)
{
	return syscall(SYS_area_create, requests, count);
}

int area_clone(struct area_clone_request *request)
{
	return syscall(SYS_area_clone, request);
}

int area_find(const char *name)
{
	return syscall(SYS_area_find, name);
}

int area_resize(int id, size_t size, unsigned int flags)
{
	return syscall(SYS_area_resize, id, size, flags);
}

int area_map(int id, int fd, off_t offset)
{
	return syscall(SYS_area_map, id, fd, (uint32_t)offset, (uint32_t)((uint64_t)offset >> 32));
}

int area_remap(int id, unsigned long physical, unsigned int cache)
{
	return syscall(SYS_area_remap, id, physical, cache);
}

int area_protect(int id, int protection)
{
	return syscall(SYS_area_protect, id, protection);
}

int area_info(int id, struct area_info *info)
{
	return syscall(SYS_area_info, id, info);
}

int area_next(int id, struct area_info *info)
{
	return syscall(SYS_area_next, id, info);
}

int area_physical(int id, unsigned long *physical)
{
	return syscall(SYS_area_physical, id, physical);
}

int area_delete(const int *ids, unsigned int count)
{
	return syscall(SYS_area_delete, ids, count);
}
