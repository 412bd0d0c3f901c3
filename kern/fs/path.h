// path.h: path resolution, from the text of a path to the file it names (path_resolution(7)).
#pragma once

#include "fs/directory_tree.h"
#include "fs/inode.h"
#include "fs/mount.h"

// The state of a process that path resolution depends on. Threads, and processes made with
// CLONE_FS, share one.
// [a] atomic   [c] constant   [t] tree_lock   [-] a single word
struct fs_context {
	uint32_t refs;                // [a]
	struct position root;         // [t] where absolute paths begin; references
	struct position cwd;          // [t] where relative paths begin; references
	mode_t umask;                 // [-] permissions that new files do not get (umask(2))
	uint32_t held_mark;           // mem/held.h
	struct fs_context *held_next; // the next one that the measure under way will look at
	uint32_t resolve;             // [c] RESOLVE_ bits of openat2; 0 in the context of a process
};

// Create a context whose root and current directory are the root of the tree, with a reference on
// each, with umask 022, no RESOLVE_ bits and one reference. Returns NULL if out of memory.
struct fs_context *fs_context_create(void);

// Create a copy of `fs` with its directories and umask, no RESOLVE_ bits and one reference, as
// fork() needs it. Sleeps and yields: takes tree_lock. Caller: holds no lock. Returns NULL if out
// of memory.
struct fs_context *fs_context_copy(struct fs_context *fs);

// Take a reference on `fs`. Returns `fs`.
static inline struct fs_context *fs_context_get(struct fs_context *fs)
{
	__atomic_add_fetch(&fs->refs, 1, __ATOMIC_RELAXED);
	return fs;
}

// Drop a reference on `fs`. The last one frees the context, and drops its references on the two
// directories, which sleeps and yields. Caller: holds no lock.
void fs_context_put(struct fs_context *fs);

// Flags of a walk.
#define WALK_FOLLOW 1u   // if the last name is a symbolic link, follow it
#define WALK_MAY_MISS 2u // the last name need not exist; a slash after it demands no directory
#define WALK_FILE 4u     // a slash after the last name is -EISDIR, whatever the name stands for
#define WALK_COVERED 8u  // the last name stands for the file itself, also if a mount covers it
#define WALK_CHANGE 16u  // of path_find: -EROFS for a file that is seen through a read-only mount
#define WALK_EXEC 32u    // of path_find: -EACCES for one through a mount without execution

// Kinds of the last name of a path: an ordinary name, ".", "..", none (the path has only slashes).
enum last_name { LAST_NAME, LAST_DOT, LAST_DOTDOT, LAST_ROOT };

// The result of a walk. path_put drops its references.
struct path {
	struct inode *parent; // the directory of the last name; NULL unless `last` is LAST_NAME
	struct inode *inode;  // the file that the path names; NULL: none (WALK_MAY_MISS only)
	struct name name;     // the last name, within the path's text or a link's
	enum last_name last;
	bool slash;                // a slash followed the last name
	struct inode *holder;      // the link whose text contains `name`, or NULL
	struct mount *mount;       // through which the directory of the last name is seen, or NULL
	struct mount *inode_mount; // through which `inode` is seen, or NULL
};

// Follow the path `text` from the directory `start`, borrowed (NULL: fs->cwd). An absolute path
// starts at fs->root. Where a mount covers a directory or a file, the path goes on at the mount's
// root. Fills in *path with references for the caller. Yields between two names, with tree_lock
// released, but not after the last name has been looked up, so the result is true until the caller
// releases tree_lock. Caller: holds tree_lock and no lock but rename_lock besides; `text` must live
// as long as *path is used. Returns 0; or, with *path undefined and nothing for path_put to do:
// -ENOENT if a name is missing or `text` is empty; -EACCES if a directory may not be searched, or a
// link in /proc or in a sticky directory not be followed; -ENOTDIR if a name before a slash is no
// directory; -ELOOP after 40 links; -ENAMETOOLONG for a name above 255 bytes; -EISDIR (WALK_FILE);
// -EXDEV or -ELOOP if fs->resolve forbids a step; -ESRCH in a directory of /proc whose process has
// ended; -ENOMEM; -EINTR if the thread is killed. tree_lock is held again in each case.
int path_walk(struct fs_context *fs, const struct position *start, const char *text,
              unsigned int flags, struct path *path);

// Drop the references in *path, the result of a path_walk that returned 0; path->name must not be
// used afterwards. Caller: holds no spinlock, and no sleeping lock but tree_lock and rename_lock;
// yields without tree_lock.
void path_put(struct path *path);

// Find the file at the path `text` from `start` (NULL: fs->cwd), as path_walk, for which this takes
// tree_lock, and store a new reference on it in *store. `flags`: as path_find's;
// WALK_MAY_MISS has no effect. Sleeps and yields. Caller: holds no lock. Returns 0; with *store
// unchanged: -ENOENT if a name is missing or `text` is empty, -ENOTDIR, -EACCES, -ELOOP,
// -ENAMETOOLONG, -EISDIR, -EXDEV, -ESRCH, -ENOMEM or -EINTR for the reasons that path_walk names.
int path_lookup(struct fs_context *fs, const struct position *start, const char *text,
                unsigned int flags, struct inode **store);

// Like path_lookup, also with WALK_CHANGE and WALK_EXEC: store the file and the mount through which
// it is seen in *store, with new references; the caller drops them by position_put. Returns as
// path_lookup; with nothing stored also -EROFS (WALK_CHANGE) and -EACCES (WALK_EXEC).
int path_find(struct fs_context *fs, const struct position *start, const char *text,
              unsigned int flags, struct position *store);

// Returns the current directory of `fs`, with new references. Takes tree_lock.
struct position fs_context_cwd(struct fs_context *fs);

// Write the path of `inode`, as seen from fs->root, into text[size], size > 0, with a NUL,
// beginning anywhere in it. Sleeps and yields: takes tree_lock. Returns a pointer to the path's
// start; NULL if it does not fit. For tests: code of the kernel that needs a path holds tree_lock
// already (inode_path).
char *path_text(struct fs_context *fs, struct inode *inode, char *text, size_t size);
