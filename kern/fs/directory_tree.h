// directory_tree.h: the names in directories. Everything here is done under tree_lock, which the caller
// holds, and in two steps where it can fail: first all that may fail, then the change.
#pragma once

#include "fs/inode.h"

// A name as it stands in a path: not NUL-terminated.
struct name {
	const char *text;
	uint32_t length;
	uint32_t hash;
};

#define NAME_HASH_START 5381u

// The hash of a name is made byte by byte, so that a path is read only once.
static inline uint32_t name_hash_step(uint32_t hash, char c)
{
	return hash * 33 + (unsigned char)c;
}

struct name name_of(const char *text, uint32_t length);

// Make the root directory and tree_lock. Once, at boot.
void tree_init(void);

// The entry of `name` in directory `dir`, or NULL.
struct entry *tree_find(struct inode *dir, const struct name *name);

// The file behind `name` in directory `dir`, also one that is not an entry (inode_ops). Stores a
// reference. 0, -ENOENT, -ENOMEM.
int tree_lookup(struct inode *dir, const struct name *name, struct inode **store);

// May names be added to `dir`? 0, or -ENOENT: it was removed, or its names are not made by
// programs.
int tree_may_add(const struct inode *dir);

// May this name be taken away? 0; -EBUSY: another file system begins here; -EPERM: the names of
// this directory are the kernel's.
int tree_may_remove(const struct entry *entry);

// Give `inode` the name `name`, which `dir` does not have yet. 0 or -ENOMEM.
int tree_link(struct inode *dir, const struct name *name, struct inode *inode);

// The same for an inode that is made for this name: it gets the group of a directory that hands its
// group down (S_ISGID), and a directory hands that on.
int tree_link_new(struct inode *dir, const struct name *name, struct inode *inode);

// Take a name away. A directory must be empty. Drops the name's reference on the inode: one that
// nobody has open is gone afterwards.
void tree_unlink(struct entry *entry);

// Give the file of `entry` the name `name` in `dir` instead. A name that is there already
// (`victim`, else NULL) is taken away in the same step; if it is a directory, it is empty. 0 or
// -ENOMEM.
int tree_move(struct entry *entry, struct inode *dir, const struct name *name, struct entry *victim);

// Let two entries change their files. 0 or -ENOMEM.
int tree_exchange(struct entry *a, struct entry *b);

// How many times a directory has come into another one: what tree_is_above found holds while this is
// as it was before.
extern uint32_t tree_moves;

// Is `above` the directory `inode`, or one above it? There may be many in between, so tree_lock is
// released where it is time to yield. Caller: holds references on both.
// Returns 1 or 0; -EAGAIN where a directory was moved meanwhile; -EINTR for a thread that is killed.
int tree_is_above(const struct inode *above, struct inode *inode);

// The directory above `dir`: itself for the root.
struct inode *tree_parent(struct inode *dir);

// The first entry of `dir` whose cookie is not below `cookie`, or NULL: O(log n).
struct entry *tree_next(const struct inode *dir, uint32_t cookie);

// The entry after `entry` in its directory, or NULL: O(1) on average.
struct entry *tree_after(const struct entry *entry);
