// path.h: from the text of a path to the file it names.
#pragma once

#include "fs/inode.h"
#include "fs/directory_tree.h"

// What a process has of the file system; threads, and processes made with CLONE_FS, share one.
// [a] atomic   [t] tree_lock   [-] a single word
struct fs_context {
	uint32_t refs;      // [a]
	struct inode *root; // [t] where "/" begins
	struct inode *cwd;  // [t] where relative paths begin
	mode_t umask;       // [-] permissions that new files do not get
};

// A context at the root of the tree, umask 022, one reference. NULL without memory.
struct fs_context *fs_context_create(void);

// A copy of its own, with one reference. NULL without memory.
struct fs_context *fs_context_copy(struct fs_context *fs);

static inline struct fs_context *fs_context_get(struct fs_context *fs)
{
	__atomic_add_fetch(&fs->refs, 1, __ATOMIC_RELAXED);
	return fs;
}

void fs_context_put(struct fs_context *fs);

// Flags of a walk. WALK_FOLLOW: if the last name is a symbolic link, go where it leads.
// WALK_MAY_MISS: the last name need not exist, and a slash behind it does not mean that it must be
// a directory. WALK_FILE: a slash behind it is -EISDIR, whatever it names.
#define WALK_FOLLOW 1u
#define WALK_MAY_MISS 2u
#define WALK_FILE 4u

// What the last name of a path was.
enum last_name { LAST_NAME, LAST_DOT, LAST_DOTDOT, LAST_ROOT };

// Where a path led. The references are given back by path_put.
struct path {
	struct inode *parent; // the directory of the last name; NULL unless `last` is LAST_NAME
	struct inode *inode;  // what the path names; NULL: nothing (WALK_MAY_MISS only)
	struct name name;     // the last name, within the path's text or a link's
	enum last_name last;
	bool slash;           // a slash followed the last name
	struct inode *holder; // the link whose text `name` lies in; or NULL
};

// Follow `text` from `start` (NULL: the current directory; an absolute path starts at the root
// anyway). 0 with *path filled in; or -ENOENT, -ENOTDIR, -ELOOP after 40 links, -ENAMETOOLONG for a
// name above 255 bytes, -EISDIR, -ENOMEM, -EINTR for a thread that is killed, with nothing to free.
// Yields on the way, with tree_lock released, but not after the last name has been looked up.
// Caller: holds tree_lock; `text` must live as long as *path is used.
int path_walk(struct fs_context *fs, struct inode *start, const char *text, unsigned int flags,
              struct path *path);

void path_put(struct path *path);

// For those who want the file alone: take tree_lock, walk, and store a reference to the inode. 0 or
// as path_walk.
int path_lookup(struct fs_context *fs, struct inode *start, const char *text, unsigned int flags,
                struct inode **store);

// The path of `inode` as the process sees it (inode_path), in text[size]. Takes tree_lock.
char *path_text(struct fs_context *fs, struct inode *inode, char *text, size_t size);
