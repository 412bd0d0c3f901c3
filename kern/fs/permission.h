// permission.h: whether the current thread may use a file (path_resolution(7), inode(7)): by the
// file's owner, its group, its permissions, and the thread's credentials.
#pragma once

#include "fs/inode.h"
#include "thread/credentials.h"

// Returns true if the current thread may search every directory. A walk asks once for all names.
static inline bool may_search_all(void)
{
	return credentials_current()->effective &
	       (cap_bit(CAP_DAC_OVERRIDE) | cap_bit(CAP_DAC_READ_SEARCH));
}

// Check whether the current thread has all permissions in `mask` (R_OK, W_OK, X_OK; 0: none) on the
// file `inode`. The thread's fsuid, groups and capabilities decide. X_OK on a directory means to
// search it. If no x bit of a file is set, no capability gives X_OK. Takes no lock. Returns 0, also
// for an empty mask; -EACCES if a permission is missing.
int inode_permission(const struct inode *inode, unsigned int mask);

// Returns true if the current thread may do what only the owner of `inode` may: its fsuid is the
// owner, or it has CAP_FOWNER.
bool inode_owned(const struct inode *inode);

// Check whether the current thread has the permissions to add names to the directory `dir`: those
// to write and to search. (tree_may_add checks whether any program may change `dir`: not so in
// /proc.) Takes no lock. Returns 0; -EACCES if one is missing.
static inline int permission_to_add(const struct inode *dir)
{
	return inode_permission(dir, W_OK | X_OK);
}

// Check whether the current thread may give `inode` another name: its own file (inode_owned), or a
// regular one without set-id bits that it may read and write (proc(5), protected hardlinks). Does
// not refuse directories. Returns 0; -EPERM if it may not.
int permission_to_link(const struct inode *inode);

// Check whether the current thread may follow `link`, the last name of a path, which lies in `dir`:
// in a sticky directory that all can write, only links of its own or of the directory's owner
// (proc(5), protected symlinks). Returns 0; -EACCES if it may not.
int permission_to_follow(const struct inode *dir, const struct inode *link);

// Check whether the current thread may remove the name of `inode` from `dir`. In a directory with
// S_ISVTX only the owner of the file or of the directory may, or a thread with CAP_FOWNER. Returns
// 0; in this order: -EACCES if it may not write and search `dir`; -EPERM by S_ISVTX.
int permission_to_remove(const struct inode *dir, const struct inode *inode);

// Check whether the current thread may set the times of `inode`: to now (`touch`: the owner, and
// who may write the file), or to any time (the owner). Returns 0; -EACCES (`touch`) or -EPERM if it
// may not.
int permission_to_set_times(const struct inode *inode, bool touch);

// Set the permissions of `inode` to mode & 07777, as chmod(2), and its ctime to now. S_ISGID is
// left out for a group that the thread is not in, unless it has CAP_FSETID. Checks neither seals
// (inode_check_mode) nor inode_ops.fixed. Takes timer_lock. Returns 0; -EPERM, with nothing
// changed, unless inode_owned(inode).
int inode_chmod(struct inode *inode, mode_t mode);

// Set the owner and the group of `inode` (ID_UNCHANGED: leave it), as chown(2), and its ctime to
// now. The new owner does not get the privileges of the old one: except on a directory S_ISUID is
// cleared, and S_ISGID too if the group may execute the file or the thread is not in it; also if
// both IDs are ID_UNCHANGED. Does not check inode_ops.fixed. Takes timer_lock.
// Returns 0; -EPERM, with nothing changed, if the thread has no CAP_CHOWN and would give the file
// to another user, or to a group that it is not in, or names an ID and is not the owner, or if it
// may not clear such a bit.
int inode_chown(struct inode *inode, uid_t uid, gid_t gid);

// Clear S_ISUID of a regular file because its contents change, and S_ISGID if the group may execute
// the file or the thread is not in it, unless the current thread may keep them (CAP_FSETID). Leaves
// the times. Does nothing for other types.
void inode_drop_set_ids(struct inode *inode);

// Do inode_drop_set_ids if the file has such a bit, as nearly no file does.
static inline void inode_contents_change(struct inode *inode)
{
	if (unlikely(inode->mode & (S_ISUID | S_ISGID)))
		inode_drop_set_ids(inode);
}

// Give a new inode in `dir` the file system of `dir`, its owner and group: the current thread's
// fsuid and fsgid; but if `dir` has S_ISGID, the group of `dir` (inode(7)). Then a new directory
// also gets S_ISGID, and a program for a group that the thread is not in loses it, unless the
// thread has CAP_FSETID.
void inode_set_first_owner(struct inode *inode, const struct inode *dir);
