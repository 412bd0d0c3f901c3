// inode.h: what the file system keeps about a file, whatever its type, and whether or not it has a
// name.
//
// An inode lives as long as somebody refers to it: the directory entries that name it, the open
// files, the look-ups under way. So a file that was deleted lives on until it is closed.
#pragma once

#include "fs/file.h"
#include "kern.h"
#include "list.h"
#include "mem/avl.h"
#include "thread/mutex.h"
#include <abi/device.h>
#include <abi/stat.h>

struct name;
struct object;
struct pipe;

// One name in a directory. Once its file has lost it, the last name a file had stays with the file,
// unlinked, so that the kernel can still say what was opened; such a one keeps a reference on its
// directory.
struct entry {
	struct avl_node by_name; // [t] among the directory's entries, by hash and name
	struct avl_node order;   // [t] among them by cookie
	struct list alias;       // [t] among the names of the file
	struct inode *parent;    // [c] the directory, a reference
	struct inode *inode;     // [c] the file; a reference while linked
	// [c] where getdents finds it; never used twice in a directory; 0 for one that never stood
	// in one
	uint32_t cookie;
	uint32_t hash;  // [c] of the name
	uint8_t length; // [c]
	bool linked;    // [t] stands in the directory
	char text[];    // [c] the name, NUL-terminated
};

// The entries of a directory, in two trees: by name to find one, by cookie, which is the order of
// creation, to list them. Neither ever has to be made anew, and names of equal hashes, which a program
// can choose, cost no more than others.
struct directory {
	struct avl_tree names;   // [t] struct entry by by_name
	struct avl_tree entries; // [t] struct entry by order
	uint32_t count;          // [t] entries
	uint32_t next_cookie;    // [t]
};

// How an inode differs from an ordinary one in memory. Every operation may be missing.
struct inode_ops {
	// Complete the open file `file` (its inode and flags are set, its ops are what the type has
	// by default). 0 or -errno.
	int (*open)(struct inode *inode, struct file *file);

	// Find a name that the directory's entries do not have. Stores a reference. 0, -ENOENT,
	// -ENOMEM. Caller: holds tree_lock.
	int (*lookup)(struct inode *dir, const struct name *name, struct inode **store);

	// The first name that is not among the entries at or after position *cookie >=
	// INODE_LIST_COOKIE: put it into text[] (at most NAME_MAX bytes and a NUL) and its type
	// into *mode, its number into *ino, its position into *cookie. false: no more. Caller:
	// holds tree_lock.
	bool (*list)(struct inode *dir, uint32_t *cookie, char *text, mode_t *mode, uint32_t *ino);

	// Where a symbolic link leads that cannot be followed by its text. Stores a reference to
	// what is no link. 0 or -errno. Caller: holds tree_lock.
	int (*jump)(struct inode *link, struct inode **store);

	// Give back what `private` holds. Caller: holds no spinlock.
	void (*release)(struct inode *inode);

	// INODE_FIXED_ bits: what chmod and chown must not change (-EPERM).
	uint8_t fixed;
};

#define INODE_FIXED_MODE 1u
#define INODE_FIXED_OWNER 2u

// Positions of the entries of a directory lie below this one, those of ops->list at or above.
#define INODE_LIST_COOKIE 0x40000000u

// [c] constant   [t] tree_lock   [a] atomic   [-] a single word or a time, stored without a lock
struct inode {
	uint32_t refs;               // [a]
	mode_t mode;                 // type [c], permissions [-]
	uid_t uid;                   // [-]
	gid_t gid;                   // [-]
	uint32_t nlink;              // [t]
	uint32_t ino;                // [c]
	dev_t dev;                   // [c] which file system: VOLUME_
	dev_t rdev;                  // [c] of a device file
	const struct inode_ops *ops; // [c] or NULL
	int64_t atime, mtime, ctime; // [-] nanoseconds since 1970
	struct list names;           // [t] struct entry by alias, the newest first
	union {
		// [c] regular file: its contents; NULL when they are generated
		struct object *object;
		struct directory dir; // [t] directory
		char *target;         // [c] symbolic link: its text
		struct pipe *pipe;    // [t] FIFO or pipe; NULL until first opened
	};
	void *private;           // [c] of ops
	struct inode *next_dead; // [t] without a reference: what is to be freed after it
};

// File systems, as st_dev names them.
#define VOLUME_TREE makedev(0, 2)
#define VOLUME_PROC makedev(0, 3)
#define VOLUME_NAMELESS makedev(0, 4) // pipes, memfds and other files that never had a name

// Guards names, links, current directories. Rank RANK_TREE. It is released by tree_unlock, which then
// frees the inodes that have lost their last reference meanwhile, and may yield.
extern struct mutex tree_lock;
void tree_unlock(void);

// The root of the tree, made by tree_init.
extern struct inode *tree_root;

// Let mappings keep the inode whose contents they show. Once, at boot.
void inodes_init(void);

// A new inode of the type and permissions in `mode`, without a name, owned by root, with one
// reference. A regular file gets an empty object unless `ops` is given. NULL without memory.
struct inode *inode_create(mode_t mode, dev_t dev, const struct inode_ops *ops);

// A symbolic link to the `len` bytes at `target`.
struct inode *inode_create_symlink(const char *target, size_t len);

static inline struct inode *inode_get(struct inode *inode)
{
	__atomic_add_fetch(&inode->refs, 1, __ATOMIC_RELAXED);
	return inode;
}

// Drop a reference; NULL does nothing. The last one frees the file's contents, and yields; under
// tree_lock that is left to tree_unlock.
// Caller: holds no spinlock, and no sleeping lock but tree_lock or an address space's.
void inode_put(struct inode *inode);

static inline bool inode_is(const struct inode *inode, mode_t type)
{
	return (inode->mode & S_IFMT) == type;
}

// Which times to set to now.
#define TOUCH_ATIME 1u
#define TOUCH_MTIME 2u
#define TOUCH_CTIME 4u
void inode_touch(struct inode *inode, unsigned int which);

// After a read: set atime where it is not newer than the last change, as file systems mounted with
// relatime do.
static inline void inode_accessed(struct inode *inode)
{
	if (inode->atime <= inode->mtime || inode->atime <= inode->ctime)
		inode_touch(inode, TOUCH_ATIME);
}

// The same for who read by way of an open file, perhaps one with O_NOATIME.
static inline void file_accessed(const struct file *file)
{
	if (!(file->flags & O_NOATIME))
		inode_accessed(file->inode);
}

// Nanoseconds since 1970 as seconds and a rest that is not negative.
struct timespec64 ns_to_timespec(int64_t ns);

// The length of the contents: of a directory 20 a name, as Linux's tmpfs has it. Caller: holds no
// object's lock.
uint64_t inode_size(struct inode *inode);

// The length that a file can have which is written without O_LARGEFILE.
#define SMALL_FILE_MAX 0x7fffffff

// Set the length of a regular file. 0; -EISDIR or -EINVAL for other types, -EINVAL where a file of large
// pages would not have whole ones; -ENOMEM, -EFBIG, -EPERM by a seal.
int inode_truncate(struct inode *inode, uint64_t size);

// Like inode_truncate, for a caller that has not opened the file for writing: also -ETXTBSY while a
// program runs from it.
int inode_truncate_unopened(struct inode *inode, uint64_t size);

// How much a process may write to a file: how many of `count` bytes from position `pos` on lie below
// the current thread's RLIMIT_FSIZE. Returns 0 with *count lowered; -EFBIG where not a byte does,
// after sending SIGXFSZ. Caller: holds no lock.
int size_limit_write(uint64_t pos, size_t *count);

// The same for making a file of `old` bytes `size` bytes long. Returns 0; -EFBIG beyond the limit.
int size_limit_grow(uint64_t old, uint64_t size);

// Registered by proc/: the current thread wanted to make a file larger than it may: sends SIGXFSZ.
// Called without locks.
extern void (*size_limit_hook)(void);

// What stat reports.
void inode_stat(struct inode *inode, struct stat *st);

// May the caller, who is root, do with the file what `mask` (R_OK, W_OK, X_OK) says? 0 or -EACCES:
// root may do all but execute what nobody may.
int inode_access(const struct inode *inode, int mask);

// Give `inode`, which no entry names and nobody else sees yet, the name that the kernel shows for
// it: `text` in `parent`. 0 or -ENOMEM.
int inode_set_label(struct inode *inode, struct inode *parent, const char *text);

// Did it have names, and has lost the last one? Caller: holds tree_lock.
static inline bool inode_lost_name(const struct inode *inode)
{
	return inode->nlink == 0 && !list_empty(&inode->names) &&
	       list_first(&inode->names, struct entry, alias)->cookie;
}

// Write the path of `inode`, as seen from `root`, into text[size]: "/tmp/x", "/tmp/x (deleted)",
// "pipe:[7]", "(unreachable)/x" where `root` is not above. Returns a pointer to its start within
// text[], which it ends with a NUL; NULL when it does not fit. Caller: holds tree_lock.
char *inode_path(struct inode *inode, struct inode *root, char *text, size_t size);
