// object.h: memory objects: the pages of files, of shared memory, and of named areas. The objects
// are the page cache: read(), write() and all mappings of a file use one set of pages, so a store
// through a mapping is seen by read() at once. A page that an object does not have is a hole,
// which reads as zeroes.
#pragma once

#include "kern.h"
#include "list.h"
#include "mem/page.h"
#include "thread/mutex.h"

struct inode;

// Functions that are told of each area that maps an object, for objects whose users are counted (System V
// shared memory, ipc/shm.h). Called with no lock held but perhaps the area's space's.
struct object_watch {
	void (*attached)(struct object_watch *watch); // one more area maps the object
	void (*detached)(struct object_watch *watch); // one less
};

// The pages of an object by index: a tree of nodes with 64 slots each (vm/pagetree.c), as high as
// the largest index needs. An empty tree has no nodes.
struct pagetree {
	struct pagetree_node *root;
	unsigned int height; // levels below and including the root; 0: empty
};

// One memory object.
// [a] atomic   [o] lock   [c] constant
struct object {
	struct mutex lock;
	uint32_t refs;      // [a] files, areas and other holders
	uint16_t seals;     // [o] F_SEAL_ bits: changes that are forbidden for ever
	uint16_t writers;   // [o] writes under way, and mappings being made for writing
	struct inode *host; // [c] the file with these contents; NULL: none
	// [a] > 0: the number of open files that may write, and of mappings and named areas made
	// from them. < 0: minus the number of spaces that run this program, and of calls of
	// execve() under way.
	int32_t write_opens;
	bool opened_to_write; // [a] was once opened for writing: else shared mappings are read-only
	uint64_t size;        // [o] bytes: reads end here, mappings fault beyond the last page
	unsigned int shift;   // [c] a page has 1 << shift bytes: PAGE_SHIFT or LARGE_SHIFT
	struct pagetree pages;        // [o] the tree holds a reference on each page
	size_t resident;              // [o] how many pages it has
	struct pagetree reservations; // [o] large pages: the holes with a reserved page
	struct list areas;            // [o] the areas that map it (struct area by object_link)
	uint32_t writing_areas;     // [o] how many of them may write to it (area_may_write_object)
	bool changing;              // [o] a change removes pages and releases the lock now and then
	bool punching;              // [o] the change removes pages from the middle: faults wait too
	uint16_t round;             // [o] the change has visited the areas with this object_round
	struct waitq settled;       // threads that wait for `changing` to become false
	uint32_t held_mark;         // mem/held.h
	struct object_watch *watch; // [c] told of the areas that map it; NULL: nobody
};

#define OBJECT_MAX (1ull << 40) // bytes of the largest object: page indexes stay below 2^28

// Functions of fs/ for the file that an object belongs to. A mapping takes a reference on the
// file, so that the file keeps its name when nobody has it open. `written` reports the first write
// to a page through a shared mapping: the file's time of modification changes. `has_name` returns true if a
// name leads to the file. `held_bytes` is inode_held_bytes (fs/held.h).
struct object_host_hooks {
	void (*get)(struct inode *host);
	void (*put)(struct inode *host);
	void (*written)(struct inode *host);
	bool (*has_name)(const struct inode *host);
	uint64_t (*held_bytes)(struct inode *host);
};

extern const struct object_host_hooks *object_host_hooks;

// Make an object of size 0 with one reference, the caller's, and with small pages, no host and no
// watch: the creator sets these two before anybody else knows it. It accepts no seals: it is born
// with F_SEAL_SEAL. Returns NULL if out of memory, or if fewer than PAGE_RESERVE pages would be
// left.
struct object *object_create(void);

// Like object_create, for an object that consists of large pages (mem/large_pool.h); takes and
// reserves none of them yet. Returns it with one reference; NULL if out of memory, or if fewer than
// PAGE_RESERVE pages would be left.
struct object *object_create_large(void);

// Returns how many bytes a page of the object has: PAGE_SIZE or LARGE_SIZE.
static inline size_t object_page_size(const struct object *obj)
{
	return (size_t)1 << obj->shift;
}

// Take a reference on `obj`. Returns `obj`.
static inline struct object *object_get(struct object *obj)
{
	__atomic_add_fetch(&obj->refs, 1, __ATOMIC_RELAXED);
	return obj;
}

// Drop a reference on `obj`, but none on its host (object_put_hosted). The last one frees the
// object and its pages (a pinned page: when its last pin goes), and yields.
// Caller: holds no lock except its own address space's.
void object_put(struct object *obj);

// object_get_hosted takes a reference on `obj` and one on its host (obj->host; NULL: it has none),
// and returns `obj`; the caller has a reference on both already, or holds the lock of a space with
// an area of the object. object_put_hosted drops both references; this may free both, and so
// yields: not with a lock but address spaces'.
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

// Returns how many bytes of memory the object and its pages take, with a share for the tree, and
// marks the object as counted in the measure under way; 0 if its pages are large, or if that
// measure has counted it (mem/held.h). Does not yield. Takes no lock. (aspace_held.c)
uint64_t object_contents_bytes(struct object *obj);

// Like object_contents_bytes, with what the object's host holds (inode_held_bytes), if it has one;
// 0 if a name leads to the object, or if it is counted. Yields.
// Caller: makes a measure, and holds no lock.
uint64_t object_held_bytes(struct object *obj);

// Read up to `len` bytes from `offset`, any number, on into kernel memory; holes read as zeroes.
// Sleeps and yields: a change of the object meanwhile may be seen in part. Caller: holds no lock
// but address spaces'.
// Returns how many bytes it has read: fewer than `len` at the end of the object, if the thread is
// killed, or at a page with too many pins; 0 at or past the end, and for len = 0. -ENOMEM, with
// nothing read, if the first page has too many pins.
ssize_t object_read(struct object *obj, uint64_t offset, void *dst, size_t len);

// Write `len` bytes of kernel memory from `offset` on; the object grows if need be. The host's
// times are the caller's. Sleeps and yields. Caller: holds no lock but address spaces'.
// Returns how many bytes it has written: fewer if memory ran out, a seal forbids to grow further
// (no byte then goes to a page that would reach beyond the end), OBJECT_MAX is reached, or the
// thread is killed; 0 for len = 0. If not even the first byte could be written: -EFBIG from
// OBJECT_MAX on; -EPERM by a seal; -ENOSPC if objects may have no more memory; -ENOMEM.
ssize_t object_write(struct object *obj, uint64_t offset, const void *src, size_t len);

// Like object_read and object_write, for a buffer in the current address space, any address. They
// sleep and yield. They return how many bytes they have moved; they also stop at the first byte
// that cannot be accessed. If no byte was moved: 0 at the end of the object or for len = 0,
// -EFAULT, or an error of object_read or object_write (-ENOMEM, -ENOSPC, -EFBIG, -EPERM).
// Caller: holds no lock.
ssize_t object_read_user(struct object *obj, uint64_t offset, void __user *dst, size_t len);
ssize_t object_write_user(struct object *obj, uint64_t offset, const void __user *src, size_t len);

// Set the size of the object, in bytes; nothing changes if it has that size. Growing makes a hole.
// Shrinking frees the pages beyond the new end and clears the rest of the last page. It removes
// those pages from all mappings, and also private copies of them: an access there must fault
// (SIGBUS). From the beginning of the call nobody reads or maps a byte beyond the new end, and no
// page comes back there before the call has ended. Yields, and sleeps while another change is under
// way; a killed thread completes the work.
// Returns 0; with nothing changed: -EFBIG beyond OBJECT_MAX; -EPERM if a seal forbids it to shrink
// or to grow.
// Caller: holds no lock except an address space's.
int object_truncate(struct object *obj, uint64_t size);

// Make [offset, offset + len), in bytes, a hole: whole pages are freed and removed from all
// mappings, other bytes are cleared; nothing changes for len = 0. The size stays; what lies beyond
// the end or OBJECT_MAX does not matter, but the sum must not wrap around. Private copies stay, as
// on Linux. Faults on the object wait meanwhile. Yields and sleeps; a killed thread completes the
// work.
// Returns 0; -EPERM, with nothing changed, if a seal forbids to write.
// Caller: holds no lock except an address space's.
int object_punch(struct object *obj, uint64_t offset, uint64_t len);

// Allocate the object's page with bytes from index * PAGE_SIZE on, as fallocate() does; the size
// stays, and seals are the caller's to check. A new small page still counts as a hole for lseek()
// and mincore(), until somebody writes to it, maps it, or allocates it again. With large pages all
// of the large page is allocated. Sleeps, and yields for a large page. `index` is below OBJECT_MAX
// / PAGE_SIZE. Caller: does not hold the object's lock.
// Returns 0, also if the page was there; -ENOMEM if out of memory or of large pages; -ENOSPC if
// objects may have no more memory.
int object_allocate_page(struct object *obj, uint32_t index);

// Find the next data at or after `offset`, in bytes, or, with `data` false, the next hole; the end
// of the object counts as a hole, and so does a page that only object_allocate_page has made. For
// objects with small pages. Sleeps and yields. Caller: does not hold the object's lock.
// Returns where they begin, or `offset` if that lies in them; -ENXIO if `offset` is negative, at or
// past the end, or if no data follow; -EINTR if the thread is killed.
int64_t object_seek(struct object *obj, int64_t offset, bool data);

// Add seals (F_SEAL_ bits, perhaps none); those that are set stay, and nothing removes a seal.
// Sleeps while a change is under way. Caller: does not hold the object's lock.
// Returns 0; -EPERM if F_SEAL_SEAL is set; -EBUSY while a write is under way, whatever the seals,
// and for a new F_SEAL_WRITE while somebody may write through a mapping. On an error no seal is
// added.
int object_seal(struct object *obj, unsigned int seals);

// Every write, and every making of a writable mapping, is between these two calls. Meanwhile the
// object cannot be sealed, so a seal needs to be checked only once, here. Both take the object's
// lock, which the caller does not hold, and so sleep. object_writer_enter returns 0; -EPERM if the
// object has F_SEAL_WRITE or F_SEAL_FUTURE_WRITE: then there is nothing to leave.
int object_writer_enter(struct object *obj) __must_check;
void object_writer_leave(struct object *obj);

// Count one more open file, mapping or named area that may write to the object; object_write_close
// takes it back. Takes no lock. Returns 0; -ETXTBSY, with nothing counted, while a program runs
// from the object.
int object_write_open(struct object *obj) __must_check;
void object_write_close(struct object *obj);

// Like object_write_open, for a caller that is counted already: cannot fail.
static inline void object_write_open_again(struct object *obj)
{
	int32_t opens = __atomic_fetch_add(&obj->write_opens, 1, __ATOMIC_RELAXED);

	assert(opens > 0);
}

// Forbid to open the object for writing, because a program runs from it; object_allow_writes takes
// this back. Several callers may forbid it. Takes no lock. Returns 0; -ETXTBSY, with nothing
// changed, while it is open for writing.
int object_deny_writes(struct object *obj) __must_check;
void object_allow_writes(struct object *obj);

// Like object_deny_writes, for a caller that has done so already: cannot fail.
static inline void object_deny_writes_again(struct object *obj)
{
	int32_t opens = __atomic_fetch_sub(&obj->write_opens, 1, __ATOMIC_RELAXED);

	assert(opens < 0);
}

// Returns true if the object may have bytes up to, but without, `end`: it is that long, or
// F_SEAL_GROW is not set. OBJECT_MAX is not checked. Takes no lock; between object_writer_enter and
// object_writer_leave no seal is added.
bool object_may_reach(const struct object *obj, uint64_t end);

// Make `pp` page `index` of the object without copying it; `index` must be a hole, else it panics.
// This is how the pages of a boot archive become files. `pp` has a count of 0, and is new or of
// kind PAGE_RESERVED; the object, which has small pages, takes a reference. The size stays. Takes
// the object's lock, and so sleeps.
// Returns 0; -ENOMEM, and `pp` stays the caller's, unchanged.
int object_adopt_page(struct object *obj, uint32_t index, page_t *pp);

// Find the small page with bytes [index * PAGE_SIZE, (index + 1) * PAGE_SIZE), perhaps part of a
// large page, and store it in *pp_store, pinned: the caller must page_unpin it. With `create` a
// hole is filled with a page of zeroes, also beyond the object's size, which stays; seals are the
// caller's to check. Sleeps, and yields if it makes a large page. Caller: does not hold the
// object's lock.
// Returns 0; with *pp_store unchanged: -ENOENT for a hole without `create`; -ENOMEM if out of
// memory or of large pages, or if the page has 65,535 pins; -ENOSPC if objects may have no more
// memory.
int object_page(struct object *obj, uint32_t index, bool create, page_t **pp_store);
