// permission.c: who may use a file. The rules are those of Linux's fs/namei.c and fs/attr.c.
#include "fs/permission.h"

#include "thread/why.h"

#define EXECUTE_ANY (S_IXUSR | S_IXGRP | S_IXOTH)

// Returns true if the current thread's capabilities allow what the permissions do not. Nobody
// executes a file that has no permission to execute for anyone.
static bool may_override(const struct inode *inode, unsigned int mask)
{
	if (inode_is(inode, S_IFDIR))
		return capable(CAP_DAC_OVERRIDE) ||
		       (!(mask & W_OK) && capable(CAP_DAC_READ_SEARCH));
	if (mask == R_OK && capable(CAP_DAC_READ_SEARCH))
		return true;
	return (!(mask & X_OK) || (inode->mode & EXECUTE_ANY)) && capable(CAP_DAC_OVERRIDE);
}

// The owner has the owner's permissions only, and a member of the group the group's, also if others
// have more. R_OK, W_OK and X_OK are the bits of a permission.
int inode_permission(const struct inode *inode, unsigned int mask)
{
	const struct credentials *who = credentials_current();
	mode_t mode = inode->mode;

	if (who->user.fs == inode->uid)
		mode >>= 6;
	else if (credentials_in_group(who, inode->gid))
		mode >>= 3;
	if (likely(!(mask & ~mode)) || may_override(inode, mask))
		return 0;
	return WHY(-EACCES, "user %u has no permission %#o on a file of user %u, mode %#o",
	           who->user.fs, mask, inode->uid, inode->mode & 07777);
}

bool inode_owned(const struct inode *inode)
{
	return credentials_current()->user.fs == inode->uid || capable(CAP_FOWNER);
}

int permission_to_link(const struct inode *inode)
{
	mode_t set_gid = S_ISGID | S_IXGRP;

	if (inode_owned(inode))
		return 0;
	if (!inode_is(inode, S_IFREG) || (inode->mode & S_ISUID) ||
	    (inode->mode & set_gid) == set_gid || inode_permission(inode, R_OK | W_OK))
		return WHY(-EPERM, "another user's file may not get a new name");
	return 0;
}

int permission_to_follow(const struct inode *dir, const struct inode *link)
{
	mode_t shared = S_ISVTX | S_IWOTH;

	if ((dir->mode & shared) != shared || link->uid == dir->uid ||
	    link->uid == credentials_current()->user.fs)
		return 0;
	return WHY(-EACCES, "the link of user %u in a shared directory is not followed", link->uid);
}

int permission_to_remove(const struct inode *dir, const struct inode *inode)
{
	int error = inode_permission(dir, W_OK | X_OK);

	if (error)
		return error;
	if ((dir->mode & S_ISVTX) && credentials_current()->user.fs != dir->uid &&
	    !inode_owned(inode))
		return WHY(-EPERM, "the directory is sticky, and the file another user's");
	return 0;
}

int permission_to_set_times(const struct inode *inode, bool touch)
{
	if (inode_owned(inode))
		return 0;
	return touch ? inode_permission(inode, W_OK) :
	               WHY(-EPERM, "only the owner can choose the times");
}

// Returns true if the current thread may give a file of group `gid` the bit S_ISGID.
static bool may_set_gid(gid_t gid)
{
	return credentials_in_group(credentials_current(), gid) || capable(CAP_FSETID);
}

int inode_chmod(struct inode *inode, mode_t mode)
{
	if (!inode_owned(inode))
		return WHY(-EPERM, "only the owner can change permissions");
	if ((mode & S_ISGID) && !may_set_gid(inode->gid))
		mode &= ~(mode_t)S_ISGID;
	inode->mode = (inode->mode & S_IFMT) | (mode & 07777);
	inode_touch(inode, TOUCH_CTIME);
	return 0;
}

// Returns the set-id bits that a file loses when its owner or its contents change. S_ISGID without
// permission to execute is a mark for locks, which members of the group may keep.
static mode_t set_ids_to_drop(const struct inode *inode)
{
	mode_t drop = inode->mode & S_ISUID;

	if ((inode->mode & S_ISGID) && ((inode->mode & S_IXGRP) || !may_set_gid(inode->gid)))
		drop |= S_ISGID;
	return drop;
}

// Check a change of the owner or the group. Returns 0 or -EPERM.
static int check_chown(const struct inode *inode, uid_t uid, gid_t gid)
{
	const struct credentials *who = credentials_current();
	bool own = who->user.fs == inode->uid;

	if (capable(CAP_CHOWN))
		return 0;
	if (uid != ID_UNCHANGED && !(own && uid == inode->uid))
		return WHY(-EPERM, "a file cannot be given away");
	if (gid != ID_UNCHANGED && !(own && (gid == inode->gid || credentials_in_group(who, gid))))
		return WHY(-EPERM, "only the owner can change the group, to one of the user's");
	return 0;
}

int inode_chown(struct inode *inode, uid_t uid, gid_t gid)
{
	mode_t drop = inode_is(inode, S_IFDIR) ? 0 : set_ids_to_drop(inode);
	int error = check_chown(inode, uid, gid);

	if (!error && drop && !inode_owned(inode))
		error = -EPERM; // to clear the bits is a change of the permissions
	if (error)
		return error;
	if (uid != ID_UNCHANGED)
		inode->uid = uid;
	if (gid != ID_UNCHANGED)
		inode->gid = gid;
	inode->mode &= ~drop;
	inode_touch(inode, TOUCH_CTIME);
	return 0;
}

void inode_drop_set_ids(struct inode *inode)
{
	if (inode_is(inode, S_IFREG) && !capable(CAP_FSETID))
		inode->mode &= ~set_ids_to_drop(inode);
}

void inode_set_first_owner(struct inode *inode, const struct inode *dir)
{
	const struct credentials *who = credentials_current();

	inode->dev = dir->dev; // nobody knows the new inode yet
	inode->uid = who->user.fs;
	inode->gid = who->group.fs;
	if (likely(!(dir->mode & S_ISGID)))
		return;
	inode->gid = dir->gid;
	if (inode_is(inode, S_IFDIR))
		inode->mode |= S_ISGID;
	else if ((inode->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
	         !may_set_gid(dir->gid))
		inode->mode &= ~(mode_t)S_ISGID;
}
