// object.h: memory objects: the pages behind files, pipes' peers in memory, shared memory. The
// objects are the page cache: read(), write() and mappings of one file use the same pages.
#pragma once

#include "kern.h"
#include "list.h"
#include "mem/page.h"
#include "thread/mutex.h"

struct inode;

// The pages by index: a tree of nodes with 64 slots each (vm/pagetree.c), as high as the highest
// index needs. Empty, it is a NULL pointer.
struct pagetree {
	struct pagetree_node *root;
	unsigned int height; // levels below and including the root; 0: empty
};

// [a] atomic   [o] lock
struct object {
	struct mutex lock;
	uint32_t refs;      // [a] files, areas and others that keep the object
	uint16_t seals;     // [o] F_SEAL_ bits: what nobody may do to it any more
	uint16_t writers;   // [o] writes under way, and mappings about to be made for writing
	struct inode *host; // [c] the file whose contents these are; NULL: there is none
	// [a] > 0: open files that may write, and mappings and named areas made from such; < 0: address
	// spaces whose program this is, and calls of execve under way
	int32_t write_opens;
	bool opened_to_write;  // [a] at some time: only then a shared mapping of a file may write
	uint64_t size;         // [o] bytes; reads end here, mappings fault beyond its last page
	unsigned int shift;    // [c] its pages have 1 << shift bytes: PAGE_SHIFT or LARGE_SHIFT
	struct pagetree pages; // [o] each page counts one reference for being here
	size_t resident;       // [o] how many there are
	struct pagetree reservations; // [o] large: for which holes a page of the pool is put aside
	struct list areas;            // [o] the areas that map it (struct area by object_link)
	bool changing;        // [o] pages are being taken out, with the lock released now and then:
	bool punching;        // [o] and these from its middle, so that faults must wait too
	uint16_t round;       // [o] which areas the change has visited: those whose round it is
	struct waitq settled; // for `changing` to become false
};

#define OBJECT_MAX (1ull << 40) // bytes: page indexes stay below 2^28

// A mapping keeps the object's host too, so that it still has a name when nobody has it open; and the
// host learns of the first write to a page through a shared mapping. Registered by fs/.
struct object_host_hooks {
	void (*get)(struct inode *host);
	void (*put)(struct inode *host);
	void (*written)(struct inode *host);
};

extern const struct object_host_hooks *object_host_hooks;

// An empty object with one reference, which takes no seals (F_SEAL_SEAL). NULL without memory.
struct object *object_create(void);

// The same of large pages (mem/large_pool.h).
struct object *object_create_large(void);

// Bytes of a page of the object.
static inline size_t object_page_size(const struct object *obj)
{
	return (size_t)1 << obj->shift;
}

static inline struct object *object_get(struct object *obj)
{
	__atomic_add_fetch(&obj->refs, 1, __ATOMIC_RELAXED);
	return obj;
}

// Drop a reference; the last one frees every page, and yields. Caller: holds no lock that others need.
void object_put(struct object *obj);

// A reference to an object and its host, and its end.
static inline struct object *object_get_hosted(struct object *obj)
{
	if (obj->host)
		object_host_hooks->get(obj->host);
	return object_get(obj);
}

static inline void object_put_hosted(struct object *obj)
{
	struct inode *host = obj->host;

	object_put(obj);
	if (host)
		object_host_hooks->put(host);
}

// Read up to `len` bytes from `offset` into kernel memory; holes read as zeroes. Returns the count;
// 0 at or past the end; -EINTR for a caller that is killed.
ssize_t object_read(struct object *obj, uint64_t offset, void *dst, size_t len);

// Write, growing the object. Returns the count, which is short only when memory ran out after some,
// or a seal forbids to grow; -ENOSPC where objects may have no more memory, -ENOMEM, -EFBIG, -EPERM.
ssize_t object_write(struct object *obj, uint64_t offset, const void *src, size_t len);

// The same from and to a user of the current address space: short counts end at the first byte that
// cannot be accessed; -EFAULT when that is the first of all.
ssize_t object_read_user(struct object *obj, uint64_t offset, void __user *dst, size_t len);
ssize_t object_write_user(struct object *obj, uint64_t offset, const void __user *src, size_t len);

// Set the size. Shrinking frees the pages beyond the new end, unmaps them everywhere, private copies of
// them too, and clears the rest of the last one. Nobody reads or maps a byte beyond the new end once
// it has begun, and no page comes back there before it is complete. Yields. 0, -ENOMEM, -EFBIG, or
// -EPERM by a seal. Caller of both: holds no lock but an address space's.
int object_truncate(struct object *obj, uint64_t size);

// Make [offset, offset + len) a hole, whole pages of which leave memory and all mappings; private
// copies of them stay, as on Linux. Faults on the object wait meanwhile. Yields. 0, or -EPERM by a
// seal.
int object_punch(struct object *obj, uint64_t offset, uint64_t len);

// Give the object its page `index`. A new page stays a hole to whoever looks for holes or asks what is in
// memory, until somebody writes to it, maps it or allocates it once more. 0, -ENOMEM or -ENOSPC.
int object_allocate_page(struct object *obj, uint32_t index);

// Where the next data begin at or after `offset`, or with `data` false the next hole; the end counts as a
// hole. -ENXIO at or past the end, or where no data follow; -EINTR for a caller that is killed.
int64_t object_seek(struct object *obj, int64_t offset, bool data);

// Add seals (F_SEAL_ bits). 0; -EPERM where a seal forbids it; -EBUSY for F_SEAL_WRITE while
// somebody writes or may write through a mapping, and for all while a write is under way.
int object_seal(struct object *obj, unsigned int seals);

// Whoever writes, or maps for writing, does so between these two: meanwhile the object is not
// sealed. 0, or -EPERM if it is sealed against writing.
int object_writer_enter(struct object *obj) __must_check;
void object_writer_leave(struct object *obj);

// Count one more open file, mapping or named area that may write to the object; object_write_close
// undoes it. Returns 0, or -ETXTBSY while a program runs from the object.
int object_write_open(struct object *obj) __must_check;
void object_write_close(struct object *obj);

// Like object_write_open, for a caller that counts already: cannot fail.
static inline void object_write_open_again(struct object *obj)
{
	int32_t opens = __atomic_fetch_add(&obj->write_opens, 1, __ATOMIC_RELAXED);

	assert(opens > 0);
}

// Keep everybody from opening the object for writing; object_allow_writes undoes it. Returns 0, or
// -ETXTBSY while it is open for writing.
int object_deny_writes(struct object *obj) __must_check;
void object_allow_writes(struct object *obj);

// Like object_deny_writes, for a caller that has done that already: cannot fail.
static inline void object_deny_writes_again(struct object *obj)
{
	int32_t opens = __atomic_fetch_sub(&obj->write_opens, 1, __ATOMIC_RELAXED);

	assert(opens < 0);
}

// May the object have bytes up to `end`, or is it sealed against growing so far?
bool object_may_reach(const struct object *obj, uint64_t end);

// Let the object adopt page `pp` (count 0, kind PAGE_RESERVED or fresh) as its page `index`, which
// must be a hole, without a copy: the pages of an archive. 0 or -ENOMEM.
int object_adopt_page(struct object *obj, uint32_t index, page_t *pp);

// The page for bytes [index * PAGE_SIZE, + PAGE_SIZE), perhaps part of a large page, in *pp_store,
// pinned: the caller page_unpins it. With `create` a hole is filled with a zeroed page; without,
// -ENOENT for a hole. -ENOMEM.
int object_page(struct object *obj, uint32_t index, bool create, page_t **pp_store);
