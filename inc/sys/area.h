// Named areas: memory that programs share by id.
//
// An area is a range of one address space, with a name and a number, its id. Its owner is the
// address space that created it. All processes that run in this space own the area together: after
// fork each process has a space of its own; after vfork, or clone with CLONE_VM, they share one.
// Only the owner can change an area. Other processes reach its memory by cloning it, as far as its
// creator permits. A clone is an area of the process that cloned, with an id of its own. It shares
// the memory, or copies each page that it writes. The memory lives as long as one of these areas
// does.
//
// Names need not be unique: area_find returns the oldest area of that name that the caller may
// clone.
//
// The effects of other calls on an area:
//	munmap, mremap, mprotect, madvise
//		work on the mapping as on any other, and do not change the area. A part that the owner
//		unmaps is gone for the owner; clones still have it, and so do clones made later. Memory
//		that mremap has moved elsewhere is an ordinary mapping from then on. MADV_REMOVE fails
//		with EINVAL.
//	fork	The child has the mapping, shared or copied like every other, but it does not own the
//		area: the area is the parent's.
//	exec, exit
//		The owner's areas are deleted with its address space. Clones live on.
//
// Between an area's size and its maximum, the addresses belong to the area, but there is no memory:
// an access raises SIGBUS. The maximum counts for RLIMIT_AS.
//
// All functions return -1 with errno set when they fail:
//	EINVAL	no such id; a size or an address that is not a multiple of the page size, or out of
//		range; a name that is empty, too long or has control characters; unknown flags
//	EPERM	the area is not the caller's, or its creator does not let others do that; a seal
//		forbids writing; RLIMIT_MEMLOCK is 0 and the area is to be locked
//	EAGAIN	more memory would be locked than RLIMIT_MEMLOCK allows
//	EEXIST	something is mapped at the requested address
//	ENOSPC	the address space has no free range of that size
//	ENOMEM	no memory, or a limit is reached
//	EFAULT	a pointer is bad
#pragma once

#include <abi/area.h>
#include <stddef.h>

// Create the `count` (1 to AREA_BATCH_MAX) areas that the requests describe, all or none, with
// zeroed memory. Stores ids and addresses in the requests. The maximum of a contiguous area must be
// its size, and the size at most 64 MiB.
// Returns 0.
int area_create(struct area_request *requests, unsigned int count);

// Create an area of the caller that has the memory of area request->source. Its protection may have
// PROT_WRITE, and its access AREA_ACCESS_WRITE, only if the memory may be written: if the source is
// the caller's, or the source's access is AREA_ACCESS_WRITE. With AREA_CLONE_COPY the clone may be
// written in any case. The pages that it writes are its own; in the others it sees the current
// contents of the source. A clone made with AREA_CLONE_COPY cannot be cloned itself (EINVAL), and
// device memory cannot be copied (EINVAL). Stores id and address in the request. Returns 0.
int area_clone(struct area_clone_request *request);

// Returns the id of the oldest area of that name that the caller may clone. ENOENT: there is none.
int area_find(const char *name);

// Set the length of the memory of `id` to `size` bytes, at most the area's maximum. Clones see the
// change at once. Contiguous memory can only shrink. With AREA_LOCK_FULL the new pages are present
// on return, or the call fails with ENOMEM and changes nothing. EPERM: the area is a clone. EINVAL:
// it maps a file or a device. Returns 0.
int area_resize(int id, size_t size, unsigned int flags);

// Map the file `fd`, from `offset` on, in the place of the area's memory; clones keep the old
// memory. The area's maximum becomes its size. EACCES: the file is not open for reading, or not
// open for writing although the area may be written. ENODEV: the file cannot be mapped, or has
// large pages. EEXIST: something else is mapped within the area. EINVAL: the area is contiguous.
// Returns 0.
int area_map(int id, int fd, off_t offset);

// Like area_map, but map device memory from physical address `physical` on, cached as `cache`
// (AREA_CACHE_) says. EPERM: the addresses are RAM, or others that /dev/mem does not map. Returns
// 0.
int area_remap(int id, unsigned long physical, unsigned int cache);

// Set the area's protection: PROT_ bits, PROT_WRITE only if its memory may be written.
// Returns 0.
int area_protect(int id, int protection);

// Store the description of an area that the caller may clone. Returns 0.
int area_info(int id, struct area_info *info);

// Store the description of the first area after `id` (0: the first of all) in a fixed order that
// the caller may clone. Returns its id. ENOENT: there is none.
int area_next(int id, struct area_info *info);

// Store the physical address at which the memory of `id` begins. EINVAL: the area is neither
// contiguous nor device memory. Returns 0.
int area_physical(int id, unsigned long *physical);

// Delete `count` (1 to AREA_BATCH_MAX) areas of the caller, all or none, and unmap all that is
// still mapped at their addresses. Returns 0.
int area_delete(const int *ids, unsigned int count);
