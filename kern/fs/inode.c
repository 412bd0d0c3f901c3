// inode.c: inodes: creation, references and end, attributes, lengths, and the path of a file.
#include "fs/inode.h"

#include "fs/directory_tree.h"
#include "fs/file_locks.h"
#include "fs/pipe.h"
#include "mem/heap.h"
#include "thread/credentials.h"
#include "thread/thread.h"
#include "thread/timer.h"
#include "thread/yield.h"
#include "vm/object.h"
#include <abi/limits.h>

#define FREE_COST 400 // about how many instructions it takes to free an inode without contents

struct mutex tree_lock;
struct inode *tree_root;
void (*tree_leaving_hook)(void);
bool tree_leaving;

static uint32_t last_ino; // [atomic] the newest inode's number; all volumes share the numbers

static void directory_init(struct directory *dir)
{
	dir->names.root = dir->entries.root = NULL;
	dir->next_cookie = COOKIE_FIRST;
	dir->cookies_reused = false;
}

// Allocate zeroed memory for a file on `dev`. Inodes of /proc live only while somebody looks at
// them. All other files may outlive the process that makes them, so they must leave the last free
// pages to others (kmalloc_lasting).
static void *alloc_for(dev_t dev, size_t size)
{
	return dev == VOLUME_PROC ? kzalloc(size) : kzalloc_lasting(size);
}

struct inode *inode_create(mode_t mode, dev_t dev, const struct inode_ops *ops)
{
	struct inode *inode = alloc_for(dev, sizeof(*inode));

	if (!inode)
		return NULL;
	inode->refs = 1;
	inode->mode = mode;
	do {
		inode->ino = __atomic_add_fetch(&last_ino, 1, __ATOMIC_RELAXED);
	} while (unlikely(!inode->ino)); // programs take 0 for a name that has been removed
	inode->dev = dev;
	if (dev == VOLUME_NAMELESS && (mode & S_IFMT)) {
		inode->uid = credentials_current()->user.fs;
		inode->gid = credentials_current()->group.fs;
	}
	inode->ops = ops;
	list_init(&inode->names);
	inode_touch(inode, TOUCH_ATIME | TOUCH_MTIME | TOUCH_CTIME);
	if (inode_is(inode, S_IFDIR))
		directory_init(&inode->dir);
	if (inode_is(inode, S_IFREG) && !ops) {
		inode->object = object_create();
		if (!inode->object) {
			kfree(inode);
			return NULL;
		}
		inode->object->host = inode;
	}
	return inode;
}

struct inode *inode_create_symlink(const char *target, size_t len)
{
	struct inode *inode = inode_create(S_IFLNK | 0777, VOLUME_TREE, NULL);

	assert_only_spinlock(NULL);
	if (!inode)
		return NULL;
	inode->target = kmalloc_lasting(len + 1);
	if (!inode->target) {
		inode_put(inode);
		return NULL;
	}
	memcpy(inode->target, target, len);
	inode->target[len] = '\0';
	return inode;
}

// Free an inode without references, and its contents. A directory is empty here: each of its
// entries holds a reference on it.
static void inode_free(struct inode *inode)
{
	if (inode->ops && inode->ops->release)
		inode->ops->release(inode);
	file_locks_free(inode->locks);
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
		if (inode->object)
			object_put(inode->object);
		break;
	case S_IFDIR:
		assert(avl_empty(&inode->dir.entries) && avl_empty(&inode->dir.names));
		break;
	case S_IFLNK:
		kfree(inode->target);
		break;
	case S_IFIFO:
		pipe_destroy(inode->pipe);
		break;
	}
	kfree(inode);
}

// Inodes that lost their last reference under tree_lock, linked by `next_dead`; tree_unlock frees
// them. [tree_lock]
static struct inode *dead;

// A loop and not a recursion: a removed directory may hold the last reference on the directory
// above it, and so on. A recursion as deep as the tree would overflow the kernel stack of 8 KiB.
void inode_put(struct inode *inode)
{
	assert_may_sleep();
	while (inode && __atomic_sub_fetch(&inode->refs, 1, __ATOMIC_ACQ_REL) == 0) {
		struct inode *parent = NULL;

		if (mutex_held(&tree_lock)) {
			inode->next_dead = dead;
			dead = inode;
			return;
		}
		if (!list_empty(&inode->names)) {
			struct entry *label = list_first(&inode->names, struct entry, alias);

			parent = label->parent;
			kfree(label);
		}
		inode_free(inode);
		inode = parent;
		(void)yield_after(FREE_COST);
	}
}

// Each dead inode gets a reference again, so that inode_put frees it, now without the lock. The
// list is taken before the lock is released: afterwards others put their own dead inodes there.
void tree_unlock(void)
{
	struct inode *each = dead, *next;
	bool leaving = tree_leaving;

	assert_mutex_held(&tree_lock);
	dead = NULL;
	mutex_unlock(&tree_lock);
	for (; unlikely(each); each = next) {
		next = each->next_dead;
		each->refs = 1;
		inode_put(each);
	}
	if (unlikely(leaving))
		tree_leaving_hook();
}

void inode_touch(struct inode *inode, unsigned int which)
{
	int64_t now = (int64_t)clock_realtime_ns();

	if (which & TOUCH_ATIME)
		inode->atime = now;
	if (which & TOUCH_MTIME)
		inode->mtime = now;
	if (which & TOUCH_CTIME)
		inode->ctime = now;
}

// Like ns_to_timespec, for seconds of 32 bits (until 2106), without a division. 2^30 ns are 1 + 0x12E0BE82 /
// 2^32 seconds. The product is at most three seconds too small, so the rest has 32 bits.
static struct timespec64 positive_ns_to_timespec(uint64_t ns)
{
	uint32_t units = (uint32_t)(ns >> 30);
	uint32_t seconds = units + (uint32_t)((uint64_t)units * 0x12E0BE82u >> 32);
	uint32_t rest = (uint32_t)ns - seconds * (uint32_t)NS_PER_SECOND;

	for (; rest >= NS_PER_SECOND; rest -= (uint32_t)NS_PER_SECOND)
		seconds++;
	return (struct timespec64){ .tv_sec = seconds, .tv_nsec = (int32_t)rest };
}

// C's division rounds towards zero, so a time before 1970 leaves a negative rest.
struct timespec64 ns_to_timespec(int64_t ns)
{
	struct timespec64 ts;

	if (likely((uint64_t)ns >> 32 < NS_PER_SECOND))
		return positive_ns_to_timespec((uint64_t)ns);
	ts.tv_sec = ns / (int64_t)NS_PER_SECOND;
	ts.tv_nsec = ns - ts.tv_sec * (int64_t)NS_PER_SECOND;
	if (ts.tv_nsec < 0) {
		ts.tv_sec--;
		ts.tv_nsec += (int64_t)NS_PER_SECOND;
	}
	return ts;
}

// Bytes of st_size for each name in a directory: BOGO_DIRENT_SIZE of Linux's mm/shmem.c.
#define DIRECTORY_NAME_SIZE 20

uint64_t inode_size(struct inode *inode)
{
	uint64_t size = 0;

	assert_may_sleep();
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
		if (!inode->object)
			return inode->dev == VOLUME_MQUEUE ? MQUEUE_FILE_SIZE : 0;
		mutex_lock(&inode->object->lock);
		size = inode->object->size;
		mutex_unlock(&inode->object->lock);
		return size;
	case S_IFDIR:
		return inode->dev == VOLUME_PROC ? 0 : (inode->dir.count + 2) * DIRECTORY_NAME_SIZE;
	case S_IFLNK:
		return inode->dev == VOLUME_PROC ? 0 : strlen(inode->target);
	default:
		return 0;
	}
}

void (*size_limit_hook)(void);

int size_limit_write(uint64_t pos, size_t *count)
{
	uint64_t limit = thread_limit(RLIMIT_FSIZE);

	assert_no_lock();
	if (likely(limit == RLIM64_INFINITY))
		return 0;
	if (pos >= limit) {
		size_limit_hook();
		return -EFBIG;
	}
	*count = (size_t)MIN((uint64_t)*count, limit - pos);
	return 0;
}

int size_limit_grow(uint64_t old, uint64_t size)
{
	assert_no_lock();
	if (size <= old || size <= thread_limit(RLIMIT_FSIZE))
		return 0;
	size_limit_hook();
	return -EFBIG;
}

// The limit is checked before the alignment, as Linux's hugetlbfs_setattr does.
int inode_truncate(struct inode *inode, uint64_t size)
{
	int error;

	assert_no_lock();
	if (inode_is(inode, S_IFDIR))
		return -EISDIR;
	if (!inode_is(inode, S_IFREG) || !inode->object)
		return -EINVAL;
	error = size_limit_grow(inode_size(inode), size);
	if (error)
		return error;
	if (inode->object->shift != PAGE_SHIFT && size % object_page_size(inode->object))
		return -EINVAL;
	error = object_truncate(inode->object, size);
	if (!error)
		inode_touch(inode, TOUCH_MTIME | TOUCH_CTIME);
	return error;
}

// Counting as a writer during the change fails while a program runs from the file, and keeps exec
// away meanwhile.
int inode_truncate_unopened(struct inode *inode, uint64_t size)
{
	struct object *object = inode_is(inode, S_IFREG) ? inode->object : NULL;
	int error = object ? object_write_open(object) : 0;

	assert_no_lock();
	if (error)
		return error;
	error = inode_truncate(inode, size);
	if (object)
		object_write_close(object);
	return error;
}

// Convert a time of an inode to the one in struct stat, whose seconds have 32 bits.
static struct timespec stat_time(int64_t ns)
{
	struct timespec64 ts = ns_to_timespec(ns);

	return (struct timespec){ .tv_sec = (time_t)ts.tv_sec, .tv_nsec = (long)ts.tv_nsec };
}

// st_blocks counts units of 512 bytes whatever st_blksize is (inode(7)). Only pages that exist
// count, so a hole takes no blocks.
void inode_stat(struct inode *inode, struct stat *st)
{
	assert_only_spinlock(NULL);
	memset(st, 0, sizeof(*st));
	st->st_dev = inode->dev;
	st->st_ino = inode->ino;
	st->st_ino_low = inode->ino;
	st->st_mode = inode->mode;
	st->st_nlink = inode->nlink;
	st->st_uid = inode->uid;
	st->st_gid = inode->gid;
	st->st_rdev = inode->rdev;
	st->st_size = (off_t)inode_size(inode);
	st->st_blksize = inode->dev == VOLUME_PROC ? 1024 : PAGE_SIZE;
	if (inode_is(inode, S_IFREG) && inode->object) {
		st->st_blksize = object_page_size(inode->object);
		st->st_blocks = (uint64_t)inode->object->resident * (st->st_blksize / 512);
	}
	st->st_atim = stat_time(inode->atime);
	st->st_mtim = stat_time(inode->mtime);
	st->st_ctim = stat_time(inode->ctime);
}

int inode_set_label(struct inode *inode, struct inode *parent, const char *text)
{
	size_t length = strlen(text);
	struct entry *label = alloc_for(inode->dev, sizeof(*label) + length + 1);

	if (!label)
		return -ENOMEM;
	assert(length <= NAME_MAX && list_empty(&inode->names));
	memcpy(label->text, text, length);
	label->length = (uint8_t)length;
	label->parent = inode_get(parent);
	label->inode = inode;
	avl_node_init(&label->by_name);
	avl_node_init(&label->order);
	list_add(&inode->names, &label->alias);
	return 0;
}
