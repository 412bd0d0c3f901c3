// directory_tree.h: the entries of directories: finding, adding, removing and moving names.
// Callers of all functions hold tree_lock. A function that can fail first does everything that
// may fail, and then makes the change.
#pragma once

#include "fs/inode.h"

// A name within a path: not NUL-terminated.
struct name {
	const char *text;
	uint32_t length;
	uint32_t hash;
};

#define NAME_HASH_START 5381u

// Add a byte to a name's hash. A walk hashes names while it looks for their ends, so it reads a
// path only once.
static inline uint32_t name_hash_step(uint32_t hash, char c)
{
	return hash * 33 + (unsigned char)c;
}

// Returns the name text[length], with its hash.
// For tests: path_walk computes the hash while it looks for the next slash.
struct name name_of(const char *text, uint32_t length);

// Create the root directory and initialise tree_lock. Called once, at boot.
void tree_init(void);

// Returns the entry of `name` in the directory `dir`, borrowed, or NULL: O(log n).
struct entry *tree_find(struct inode *dir, const struct name *name);

// Find the file of `name` in the directory `dir`, also one that is no entry (inode_ops.lookup).
// Stores a new reference. Returns 0, -ENOENT or -ENOMEM.
int tree_lookup(struct inode *dir, const struct name *name, struct inode **store);

// Check whether programs may add names to `dir`. Returns 0; -ENOENT if it was removed, or if its
// names are the kernel's.
int tree_may_add(const struct inode *dir);

// Check whether programs may remove this entry. Returns 0; -EBUSY if another file system begins
// here; -EPERM if the directory's names are the kernel's.
int tree_may_remove(const struct entry *entry);

// Give `inode` the name `name`, which `dir` does not have yet. Takes references on both. Returns
// 0 or -ENOMEM.
int tree_link(struct inode *dir, const struct name *name, struct inode *inode);

// Like tree_link, for an inode that was made for this name: it gets its first owner and group
// (inode_set_first_owner).
int tree_link_new(struct inode *dir, const struct name *name, struct inode *inode);

// Remove an entry. A directory must be empty. Drops the entry's reference on the inode: a file
// that nobody has open is freed by tree_unlock.
void tree_unlink(struct entry *entry);

// Give the file of `entry` the name `name` in `dir` instead. `victim`: the entry that has this
// name already, which is removed in the same step, or NULL; a directory must be empty. Returns 0
// or -ENOMEM.
int tree_move(struct entry *entry, struct inode *dir, const struct name *name, struct entry *victim);

// Let two entries exchange their files. Returns 0 or -ENOMEM.
int tree_exchange(struct entry *a, struct entry *b);

// Held during a rename, so that no directory moves while tree_is_above looks. Only renames wait for
// it, so it may be held over a yield.
extern struct mutex rename_lock;

// Find out whether the directory `above` is `inode` or lies above it. There may be many
// directories in between, so tree_lock is released when it is time to yield.
// Caller: holds rename_lock, and references on both.
// Returns 1 or 0; -EINTR if the thread is killed.
int tree_is_above(const struct inode *above, struct inode *inode);

// Returns the directory above `dir`, borrowed; for the root itself.
struct inode *tree_parent(struct inode *dir);

// Returns the first entry of `dir` whose cookie is at least `cookie`, or NULL: O(log n).
struct entry *tree_next(const struct inode *dir, uint32_t cookie);

// Returns the entry after `entry` in its directory, or NULL: O(1) on average.
struct entry *tree_after(const struct entry *entry);
