// directory_tree.h: the entries of directories: finding, adding, removing and moving names. Callers
// of all functions whose names begin with tree_, except tree_init, hold tree_lock. A function that
// can fail first does everything that may fail, and then makes the change.
#pragma once

#include "fs/inode.h"

// A name within a path: not NUL-terminated.
struct name {
	const char *text;
	uint32_t length;
	uint32_t hash;
};

#define NAME_HASH_START 5381u

// Returns a name's hash with a byte more: `hash` is that of the bytes before, NAME_HASH_START at
// first. A walk hashes names while it looks for their ends, so it reads a path only once.
static inline uint32_t name_hash_step(uint32_t hash, char c)
{
	return hash * 33 + (unsigned char)c;
}

// Returns the name text[length], with its hash. `text` is not copied, and needs no NUL. For tests:
// path_walk computes the hash while it looks for the next slash.
struct name name_of(const char *text, uint32_t length);

// Create the root directory, and initialise tree_lock and rename_lock. Panics if out of memory.
// Called once, at boot.
void tree_init(void);

// Returns the entry of `name` in the directory `dir`, borrowed: valid while the caller holds
// tree_lock. Returns NULL if there is none. O(log n). Caller: holds tree_lock.
struct entry *tree_find(struct inode *dir, const struct name *name);

// Find the file of `name` in the directory `dir`, also a file of /proc, which is no entry but is
// made by inode_ops.lookup. `name` is neither "." nor "..". Checks no permission on `dir`, and
// follows no symbolic link. Caller: holds tree_lock. Returns 0 with a new reference in *store;
// -ENOENT if there is none; -ENOMEM; in a directory of /proc also -EACCES if the current thread may
// not look into the process, or -ESRCH if the process or thread has ended. After an error *store is
// undefined.
int tree_lookup(struct inode *dir, const struct name *name, struct inode **store);

// Check whether programs may add names to the directory `dir`; no permission is checked. Returns 0;
// -ENOENT if it was removed, or if its names are the kernel's (/proc). Caller: holds tree_lock.
int tree_may_add(const struct inode *dir);

// Check whether programs may remove this entry; no permission is checked, nor whether a directory
// is empty. Caller: holds tree_lock. Returns 0; in this order: -EBUSY if another file system begins
// here, or the file is covered by a mount; -EPERM if the directory's names are the kernel's.
int tree_may_remove(const struct entry *entry);

// Give `inode` the name `name`, of at most NAME_MAX bytes, which `dir` does not have yet; a label
// goes. The new entry takes references on both, and counts in nlink; sets the ctime of `inode` and
// the mtime and ctime of `dir`. Checks neither permissions nor tree_may_add. Caller: holds
// tree_lock. Returns 0; -ENOMEM, with nothing changed, if out of memory but for the last free pages
// (kmalloc_lasting).
int tree_link(struct inode *dir, const struct name *name, struct inode *inode);

// Like tree_link, for an inode that was made for this name: it gets its first owner and group
// (inode_set_first_owner). Caller: holds tree_lock. Returns 0; -ENOMEM, with the owner and the
// group set.
int tree_link_new(struct inode *dir, const struct name *name, struct inode *inode);

// Remove an entry, which must not be used afterwards. If it names a directory, that must be empty.
// Checks no permission. The entry of a file's last name stays as the file's label. Drops the
// entry's reference on the inode: a file that nobody has open is freed by tree_unlock. Caller:
// holds tree_lock.
void tree_unlink(struct entry *entry);

// Give the file of `entry` the name `name`, of at most NAME_MAX bytes, in `dir` instead. `victim`:
// the entry that has this name already, which is removed in the same step, or NULL; a directory
// must be empty. Checks neither permissions, nor whether `dir` lies below the file. Neither entry
// must be used after success. Caller: holds tree_lock and rename_lock. Returns 0; -ENOMEM with
// nothing changed.
int tree_move(struct entry *entry, struct inode *dir, const struct name *name, struct entry *victim);

// Let two different entries exchange their files. Checks neither permissions, nor whether one of
// the files lies below the other. Neither entry must be used after success. Caller: holds tree_lock
// and rename_lock. Returns 0; -ENOMEM with nothing changed.
int tree_exchange(struct entry *a, struct entry *b);

// Held during a rename, so that no directory moves while tree_is_above looks. Only renames wait for
// it, so it may be held over a yield.
extern struct mutex rename_lock;

// Find out whether the directory `above` is the directory `inode` or lies above it. There may be
// many directories in between, so the function may yield, with tree_lock released meanwhile; it is
// held again at the return. The caller must look up again what it knows of entries. Caller: holds
// rename_lock, tree_lock, and a reference on each of the two directories.
// Returns 1 if `above` is `inode` or lies above it; 0 if not; -EINTR if the thread must die.
int tree_is_above(const struct inode *above, struct inode *inode);

// Returns the directory above the directory `dir`, borrowed; for the root of a file system, the
// root itself; for a removed directory, the one that it was in. `dir` has a name, or had one.
// Caller: holds tree_lock.
struct inode *tree_parent(struct inode *dir);

// Returns the entry of the directory `dir` with the lowest cookie that is at least `cookie`,
// borrowed, or NULL if there is none: O(log n). Caller: holds tree_lock.
struct entry *tree_next(const struct inode *dir, uint32_t cookie);

// Returns the entry with the next cookie after that of `entry`, which is linked, in its directory,
// borrowed, or NULL if `entry` is the last: O(1) on average. Caller: holds tree_lock.
struct entry *tree_after(const struct entry *entry);

// Returns an entry below the directory `dir` that has no entries itself, borrowed, or NULL if `dir`
// is empty. Caller: holds tree_lock.
struct entry *tree_leaf(struct inode *dir);
