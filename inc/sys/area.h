// Named areas: memory that programs share by handle.
//
// An area is a stretch of one address space with a name and a number, its id. Its owner is the address
// space that it was made in: every process that runs there (after fork each has its own; after vfork or
// clone with CLONE_VM they share one). Only the owner can change an area. Others reach its memory by
// cloning it, as far as its creator lets them: a clone is an area of theirs, with an id of its own, and
// shares the memory or copies what it writes. The memory lives as long as one of them does.
//
// Names need not be unique: area_find returns the oldest area of that name that the caller may clone.
//
// What else happens to an area:
//	munmap, mremap, mprotect, madvise
//		work on the mapping as on any other, and do not change the area: who unmaps a part does
//		not have it any more, clones still do, also those that are made later. What mremap has
//		moved elsewhere is an ordinary mapping from then on. MADV_REMOVE gives EINVAL.
//	fork	The child has the mapping, shared or copied like every other, but not the area: that is
//		the parent's, and the child is one of the others.
//	exec, exit
//		The owner's areas are deleted with its address space. Clones live on.
//
// Beyond its size, up to its maximum, an area's addresses are its own, but nothing is there: SIGBUS.
// The maximum counts for RLIMIT_AS.
//
// All functions return -1 with errno set when they fail:
//	EINVAL	no such id; a size or an address that is not a multiple of the page size, or out of
//		range; a name that is empty, too long or has control characters; unknown flags
//	EPERM	the area is not the caller's, or its creator does not let others do that
//	EEXIST	something is mapped at the wished address
//	ENOSPC	the address space has no room of that size
//	ENOMEM	no memory, or a limit is reached
//	EFAULT	a pointer leads nowhere
#pragma once

#include <abi/area.h>
#include <stddef.h>

// Make `count` (1 to AREA_BATCH_MAX) areas as the requests say, all or none; the memory is zero.
// Stores ids and addresses in the requests. The maximum of a contiguous area must be its size. 0.
int area_create(struct area_request *requests, unsigned int count);

// Make an area of the caller that has the memory of area request->source. Its protection may have
// PROT_WRITE, and its access AREA_ACCESS_WRITE, only if the memory may be written: if the source is the
// caller's, or its access is AREA_ACCESS_WRITE. With AREA_CLONE_COPY the clone may be written in any
// case: what it writes is its own, what it has not written it sees as the others have it now; it cannot
// be cloned itself (EINVAL), nor can device memory be copied (EINVAL). Stores id and address. 0.
int area_clone(struct area_clone_request *request);

// The id of the oldest area of that name that the caller may clone; ENOENT.
int area_find(const char *name);

// Let the memory of `id` be `size` bytes long, up to the area's maximum: clones see that at once.
// Not of a clone (EPERM), of a file or a device (EINVAL); what is contiguous only shrinks. With
// AREA_LOCK_FULL the new pages are there on return, or it fails with ENOMEM and nothing has changed. 0.
int area_resize(int id, size_t size, unsigned int flags);

// Put the file `fd`, from `offset` on, behind the area, in the place of what it had; clones keep that.
// Its maximum becomes its size. EACCES unless the file is open for reading, and for writing if the area
// may be written; ENODEV where the file cannot be mapped, or is of large pages; EEXIST where something
// else is mapped within the area; EINVAL for a contiguous one. 0.
int area_map(int id, int fd, off_t offset);

// The same with device memory from physical address `physical` on, cached as `cache` (AREA_CACHE_)
// says. EPERM for memory and for whatever /dev/mem does not give.
int area_remap(int id, unsigned long physical, unsigned int cache);

// Give the area other rights: PROT_ bits, PROT_WRITE only if its memory may be written. 0.
int area_protect(int id, int protection);

// Tell of an area that the caller may clone. 0.
int area_info(int id, struct area_info *info);

// Tell of the first area behind `id` (0: the first of all) in a fixed order that the caller may clone.
// Its id; ENOENT when there is none.
int area_next(int id, struct area_info *info);

// Where the memory of a contiguous area, or of one of device memory, begins. 0; EINVAL for others.
int area_physical(int id, unsigned long *physical);

// Delete `count` (1 to AREA_BATCH_MAX) areas of the caller, all or none, and unmap what is still mapped
// at their addresses. 0.
int area_delete(const int *ids, unsigned int count);
