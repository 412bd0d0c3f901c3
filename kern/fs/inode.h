// inode.h: inodes. An inode is the kernel's record of one file: its type, permissions, times and
// contents. A file of any type has one, with or without a name.
//
// An inode lives as long as something holds a reference on it: a directory entry that names it,
// an open file, a look-up under way. So a deleted file lives on until its last descriptor is
// closed.
#pragma once

#include "fs/claim.h"
#include "fs/file.h"
#include "kern.h"
#include "list.h"
#include "mem/avl.h"
#include "thread/mutex.h"
#include <abi/device.h>
#include <abi/stat.h>

struct lock_list;
struct name;
struct object;
struct pipe;
struct socket;

// One name in a directory.
//
// When a file loses its last name, the entry leaves the directory but stays in the file's list
// `names`, with `linked` false. It is then called the file's label: /proc/PID/fd and
// /proc/PID/maps show it as the name under which the file was opened. A label holds a reference on
// `parent`, but none on `inode`, which owns it.
struct entry {
	struct avl_node by_name; // [t] node in the directory's tree by hash and name
	struct avl_node order;   // [t] node in the directory's tree by cookie
	struct list alias;       // [t] link in the file's list of names
	struct inode *parent;    // [c] the directory; a reference
	struct inode *inode;     // [c] the file; a reference while linked
	// [c] the position at which getdents64 lists the entry. A directory uses a cookie again only
	// after two thousand million others, so a listing can continue after any change. 0: a label
	// that was never an entry, of a file that may get a name.
	uint32_t cookie;
	uint32_t hash;  // [c] hash of the name
	uint8_t length; // [c] bytes of the name, without the NUL
	bool linked;    // [t] the entry is in its directory
	char text[];    // [c] the name, NUL-terminated
};

// The entries of a directory, in two trees. The tree by name finds one entry; the tree by cookie
// lists them in the order of their creation. Balanced trees, unlike a hash table, are never
// rebuilt, and a program that chooses names with equal hashes does not slow the look-up down.
struct directory {
	struct avl_tree names;   // [t] struct entry by by_name
	struct avl_tree entries; // [t] struct entry by order
	uint32_t count;          // [t] how many entries
	uint32_t next_cookie;    // [t] where the search for the next cookie begins
	bool cookies_reused;     // [t] all cookies have been used: the next one may not be free
};

// The cookies of entries: [COOKIE_FIRST, COOKIE_END). 0 and 1 are "." and "..". Positions stay below
// 2^31, as old programs expect.
#define COOKIE_FIRST 2u
#define COOKIE_END ((uint32_t)INT32_MAX)

// The operations by which an inode differs from an ordinary one of its type. Each may be NULL.
struct inode_ops {
	// Complete the open file `file`. The inode and the flags of `file` are set; its ops are the
	// default ones of the type. Called with no lock held; may sleep. Returns 0 or -errno.
	int (*open)(struct inode *inode, struct file *file);

	// Find the file `name` that is not among the entries of `dir`: directories of /proc make
	// such names up when somebody asks. Stores a new reference. Returns 0; -ENOENT; -ENOMEM;
	// -EACCES if the current thread may not look into the process. Caller: holds tree_lock.
	int (*lookup)(struct inode *dir, const struct name *name, struct inode **store);

	// List the next name that `lookup` would find: the first one at or after the position
	// *cookie in [INODE_LIST_COOKIE, INT32_MAX]. Stores the name in text[] (at most NAME_MAX
	// bytes and a NUL), its file's type in *mode and number in *ino, its position in *cookie.
	// Returns false if there are no more names. Caller: holds tree_lock.
	bool (*list)(struct inode *dir, uint32_t *cookie, char *text, mode_t *mode, uint32_t *ino);

	// Follow a symbolic link whose text is no path, such as /proc/PID/fd/3 of a pipe. Stores a
	// new reference on the file it leads to, which is no symbolic link. Returns 0 or -errno.
	// Caller: holds tree_lock.
	int (*jump)(struct inode *link, struct inode **store);

	// Release what `private` holds; the inode is about to be freed. Caller: holds no spinlock.
	void (*release)(struct inode *inode);

	// INODE_FIXED_ bits: attributes that chmod and chown must not change (-EPERM).
	uint8_t fixed;
};

#define INODE_FIXED_MODE 1u
#define INODE_FIXED_OWNER 2u

// Positions of a directory's entries lie below INODE_LIST_COOKIE, those of ops->list in
// [INODE_LIST_COOKIE, INT32_MAX].
#define INODE_LIST_COOKIE 0x40000000u

// [c] constant   [t] tree_lock   [a] atomic   [-] a single word or a time, stored without a lock
//
// A time has 64 bits, which take two stores. No thread sees half of one, because the kernel is not
// preempted between them.
struct inode {
	uint32_t refs;               // [a]
	mode_t mode;                 // type [c], permissions [-]
	uid_t uid;                   // [-]
	gid_t gid;                   // [-]
	uint32_t nlink;              // [t] names; of a directory 2, and 1 for each directory in it
	uint32_t ino;                // [c] the file's number
	dev_t dev;                   // [c] the file system: VOLUME_, or made by mount(2)
	dev_t rdev;                  // [c] the device's number, if this is a device file
	const struct inode_ops *ops; // [c] or NULL
	struct claim append;         // held by a write to the end (O_APPEND)
	int64_t atime, mtime, ctime; // [-] nanoseconds since 1970
	struct list names; // [t] struct entry by alias, the newest first; or only the label
	union {
		// [c] regular file: its contents; NULL if they are made at each read
		struct object *object;
		struct directory dir;  // [t] directory
		char *target;          // [c] symbolic link: its text; NULL: nobody may read it
		struct pipe *pipe;     // [t] FIFO or pipe; NULL until first opened
		struct socket *socket; // [RANK_SOCKET] name of a socket: who is bound to it; or NULL
		// [c] file without a type (fs/anonymous_file.h): the name of its kind, or NULL
		const char *kind;
	};
	uint32_t read_opens;     // [a] files that have it open for reading alone; of regular files
	struct lock_list *locks; // [file_locks] NULL until a program locks the file (fs/file_locks.h)
	void *private;           // [c] belongs to ops
	uint32_t held_mark;      // mem/held.h
	struct inode *next_dead; // [t] next in the list of inodes that tree_unlock will free
	uint32_t covered;        // [t] how many mounts cover it (fs/mount.h)
};

// File systems, as st_dev names them. Major number 0 means a file system without a device, as on
// Linux.
#define VOLUME_TREE makedev(0, 2)
#define VOLUME_PROC makedev(0, 3)
#define VOLUME_NAMELESS makedev(0, 4) // pipes, memfds and other files that never had a name
#define VOLUME_MQUEUE makedev(0, 5)   // POSIX message queues (ipc/mqueue.h)
#define VOLUME_FIRST 32u              // minor numbers of those that mount(2) makes: the first,
#define VOLUME_LAST 0xfffffu          // the last

// Bytes that a message queue's file has, as on Linux.
#define MQUEUE_FILE_SIZE 80

// Numbers of mounts that mount(2) makes begin here.
#define MOUNT_FIRST 64u

// Returns the number of the mount through which an inode is reached of a file system that was not
// made by mount(2) (/proc/PID/mountinfo).
static inline uint32_t inode_mount_id(const struct inode *inode)
{
	return 20 + minor(inode->dev);
}

// Guards names, link counts, current and root directories. Rank RANK_TREE.
extern struct mutex tree_lock;

// Called by tree_unlock, without a lock, if tree_leaving is set: frees file systems that have no
// mounts any more. Registered by mounts_init.
extern void (*tree_leaving_hook)(void);
extern bool tree_leaving; // [t]

// Release tree_lock, then free the inodes that lost their last reference while it was held: to free
// a large file takes long, and others wait for the lock. Yields. Always use it instead of
// mutex_unlock(&tree_lock), or those inodes are never freed. Caller: holds tree_lock, and besides
// it at most rename_lock.
void tree_unlock(void);

// The root of the tree, made by tree_init.
extern struct inode *tree_root;

// Register the hooks by which a mapping keeps a reference on the inode whose contents it shows.
// Called once, at boot.
void inodes_init(void);

// Create an inode of the type and permissions in `mode`, on the file system `dev` (VOLUME_), with
// the operations `ops` or NULL: without a name, with nlink and rdev 0, and with one reference. A
// regular file gets an empty object unless `ops` is given. With VOLUME_NAMELESS and a type in
// `mode` (a pipe, a memfd, a socket) it belongs to the current thread's user and group, else to
// root until inode_set_first_owner. Takes timer_lock. Returns NULL if out of memory; except with
// VOLUME_PROC it leaves the last free pages to others (kmalloc_lasting).
struct inode *inode_create(mode_t mode, dev_t dev, const struct inode_ops *ops);

// Create a symbolic link, with the permissions 0777 and without a name yet, to the path
// target[len], which is copied: `len` > 0 bytes of kernel memory, none of them NUL. It belongs to
// root until inode_set_first_owner, and leaves the last free pages to others. Yields if out of
// memory. Caller: holds no spinlock. Returns a new reference, or NULL if out of memory.
struct inode *inode_create_symlink(const char *target, size_t len);

// Take a reference on `inode`, which inode_put drops. Returns `inode`. Takes no lock.
static inline struct inode *inode_get(struct inode *inode)
{
	__atomic_add_fetch(&inode->refs, 1, __ATOMIC_RELAXED);
	return inode;
}

// Drop a reference on `inode`; NULL does nothing. The last one frees the inode and its contents,
// and yields; if the caller holds tree_lock, tree_unlock does this later, and nothing yields here.
// Caller: holds no spinlock, and no sleeping lock but tree_lock, rename_lock or an address space's.
void inode_put(struct inode *inode);

// Returns true if the type of `inode` is `type`, one of S_IFREG, S_IFDIR and their like.
static inline bool inode_is(const struct inode *inode, mode_t type)
{
	return (inode->mode & S_IFMT) == type;
}

#define TOUCH_ATIME 1u // the last read
#define TOUCH_MTIME 2u // the last change of the contents
#define TOUCH_CTIME 4u // the last change of contents or attributes

// Set the times of `inode` that `which` selects (TOUCH_ bits) to now. Takes timer_lock to read the
// clock.
void inode_touch(struct inode *inode, unsigned int which);

// Record a read of the file. Takes timer_lock. Like a file system mounted with relatime (mount(8)),
// set atime only if it is not newer than the last change: so a file that is read often does not
// become dirty each time.
static inline void inode_accessed(struct inode *inode)
{
	if (inode->atime <= inode->mtime || inode->atime <= inode->ctime)
		inode_touch(inode, TOUCH_ATIME);
}

// Like inode_accessed, for a read through the open file `file`. O_NOATIME (open(2)) forbids it.
static inline void file_accessed(const struct file *file)
{
	if (!(file->flags & O_NOATIME))
		inode_accessed(file->inode);
}

// Returns `ns`, nanoseconds since 1970, as seconds and nanoseconds. tv_nsec is never negative, also
// before 1970.
struct timespec64 ns_to_timespec(int64_t ns);

// Returns the length of the contents in bytes: of a symbolic link the length of its text. A
// directory counts 20 bytes for each name, "." and ".." included, as Linux's tmpfs does; a message
// queue has MQUEUE_FILE_SIZE. 0 for other types, and in /proc, where contents are made at each
// read. Sleeps: takes the object's lock of a regular file. Caller: holds no spinlock and no
// object's lock.
uint64_t inode_size(struct inode *inode);

// The greatest length of a file that a program can open, or write to, without O_LARGEFILE: its
// off_t has 32 bits (open(2), EOVERFLOW).
#define SMALL_FILE_MAX 0x7fffffff

// Set the length of a regular file to `size` bytes: cut its end off, or let a hole follow; and set
// its mtime and ctime to now, also if the length stays. Checks no permission, and leaves set-id
// bits. Sleeps and yields; a killed thread completes the work. Caller: holds no lock.
// Returns 0; with nothing changed, in this order: -EISDIR for a directory; -EINVAL for other types
// and for contents that are made at each read; -EFBIG beyond RLIMIT_FSIZE, after sending SIGXFSZ;
// -EINVAL if a file of large pages would not have whole ones; -EFBIG beyond OBJECT_MAX; -EPERM if a
// seal forbids it.
int inode_truncate(struct inode *inode, uint64_t size);

// Like inode_truncate, for a caller that has not opened the file for writing. Returns 0; with
// nothing changed -ETXTBSY while a program runs from the file, before any other error, or an error
// of inode_truncate (-EISDIR, -EINVAL, -EFBIG, -EPERM). Sleeps and yields. Caller: holds no lock.
int inode_truncate_unopened(struct inode *inode, uint64_t size);

// Lower *count to the number of bytes that the current thread's RLIMIT_FSIZE (getrlimit(2)) lets it
// write from position `pos` (in bytes) on. Returns 0; -EFBIG, with *count unchanged, if that is
// none (also for *count 0), after sending SIGXFSZ. Caller: holds no lock.
int size_limit_write(uint64_t pos, size_t *count);

// Check the current thread's RLIMIT_FSIZE for a change of a file's length from `old` to `size`
// bytes. A file may always get smaller. Returns 0; -EFBIG if `size` is beyond RLIMIT_FSIZE, after
// sending SIGXFSZ. Caller: holds no lock.
int size_limit_grow(uint64_t old, uint64_t size);

// Called when the current thread wants to make a file larger than it may: sends SIGXFSZ.
// Registered by proc/, which lies above this layer. Called without locks.
extern void (*size_limit_hook)(void);

// Fill *st, all of it, with what stat(2) reports of `inode`. Sleeps: takes the object's lock of a
// regular file. Caller: holds no spinlock, and no object's lock.
void inode_stat(struct inode *inode, struct stat *st);

// Give `inode` a label (see struct entry): the name `text`, which is copied, at most NAME_MAX
// bytes, in `parent`; the kernel shows it for `inode`, but no path leads to it. The label takes a
// reference on `parent`, and none on `inode`, which keeps it until it gets a true name (tree_link)
// or is freed. Caller: no entry names `inode`, it has no label, and no other thread sees it yet.
// Returns 0; -ENOMEM with no label set.
int inode_set_label(struct inode *inode, struct inode *parent, const char *text);

// Returns true if the file has no name and may not get one: it has lost its last one, or it was
// opened with O_TMPFILE and O_EXCL. Caller: holds tree_lock.
static inline bool inode_lost_name(const struct inode *inode)
{
	assert_mutex_held(&tree_lock);
	return inode->nlink == 0 && !list_empty(&inode->names) &&
	       list_first(&inode->names, struct entry, alias)->cookie;
}

// Write the path of `inode`, as seen from the root directory `root`, into text[size], size > 0:
// "/tmp/x", "/tmp/x (deleted)", "pipe:[7]", or "(unreachable)/x" if `root` does not lie above it.
// Of several names the newest counts; the root has "/". The path has a NUL at its end, and may
// begin anywhere in text[]. Counts the work (yield_due). Caller: holds tree_lock. Returns a pointer
// to the path's start; NULL if it does not fit, with text[] undefined.
char *inode_path(struct inode *inode, struct inode *root, char *text, size_t size);
