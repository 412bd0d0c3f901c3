// Mapping memory, and moving the end of the heap.

#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE_SHIFT 12

// The call counts the offset in pages.
void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	if (offset & ((1 << PAGE_SHIFT) - 1)) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	return (void *)syscall(SYS_mmap2, address, length, protection, flags, fd,
	                       (uint32_t)(offset >> PAGE_SHIFT));
}

int munmap(void *address, size_t length)
{
	return syscall(SYS_munmap, address, length);
}

int mprotect(void *address, size_t length, int protection)
{
	return syscall(SYS_mprotect, address, length, protection);
}

// The new address is only there, and only looked at, with MREMAP_FIXED or MREMAP_DONTUNMAP.
void *mremap(void *address, size_t old_length, size_t new_length, int flags, ...)
{
	va_list args;
	void *new_address;

	va_start(args, flags);
	new_address = va_arg(args, void *);
	va_end(args);
	return (void *)syscall(SYS_mremap, address, old_length, new_length, flags, new_address);
}

int madvise(void *address, size_t length, int advice)
{
	return syscall(SYS_madvise, address, length, advice);
}

int msync(void *address, size_t length, int flags)
{
	return syscall(SYS_msync, address, length, flags);
}

int mincore(void *address, size_t length, unsigned char *resident)
{
	return syscall(SYS_mincore, address, length, resident);
}

int mlock(const void *address, size_t length)
{
	return syscall(SYS_mlock, address, length);
}

int munlock(const void *address, size_t length)
{
	return syscall(SYS_munlock, address, length);
}

int mlockall(int flags)
{
	return syscall(SYS_mlockall, flags);
}

int munlockall(void)
{
	return syscall(SYS_munlockall);
}

int memfd_create(const char *name, unsigned int flags)
{
	return syscall(SYS_memfd_create, name, flags);
}

// Where the heap ends. The call returns the end, whether it could move it or not.
static uintptr_t heap_end;

int brk(void *end)
{
	heap_end = syscall(SYS_brk, end);
	if (heap_end == (uintptr_t)end)
		return 0;
	errno = ENOMEM;
	return -1;
}

// Move the end of the heap by `change` bytes. Returns where it was; (void *)-1 when there is no
// room.
void *sbrk(intptr_t change)
{
	uintptr_t old_end;

	if (heap_end == 0)
		heap_end = syscall(SYS_brk, NULL);
	old_end = heap_end;
	if (change != 0 && brk((void *)(old_end + change)) < 0)
		return (void *)-1;
	return (void *)old_end;
}
