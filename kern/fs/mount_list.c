// mount_list.c: searches in the list of mounts.
#include "fs/mount.h"
#include "thread/yield.h"

#define LOOK_COST 5 // about how many instructions it takes to look at a mount

struct list mounts = LIST_INIT(mounts);

struct mount *mount_on(const struct mount *mount, const struct inode *inode)
{
	struct mount *each, *found = NULL;

	assert_mutex_held(&tree_lock);
	if (likely(!inode->covered))
		return NULL;
	list_for_each(each, &mounts, link) {
		if (each->point == inode && each->parent == mount)
			found = each;
		(void)yield_due(LOOK_COST); // only counts
	}
	return found;
}

struct mount *mount_of(const struct inode *inode)
{
	struct mount *each;

	assert_mutex_held(&tree_lock);
	if (likely(minor(inode->dev) < VOLUME_FIRST))
		return NULL;
	list_for_each(each, &mounts, link) {
		if (each->volume && each->root == each->volume->root &&
		    each->root->dev == inode->dev)
			return each;
		(void)yield_due(LOOK_COST);
	}
	return NULL;
}

struct mount *mount_at(size_t index)
{
	struct mount *each;

	assert_mutex_held(&tree_lock);
	list_for_each(each, &mounts, link) {
		if (index-- == 0)
			return each;
		(void)yield_due(LOOK_COST);
	}
	return NULL;
}

bool mount_is_upon(const struct mount *mount, const struct mount *top)
{
	assert_mutex_held(&tree_lock);
	for (; mount; mount = mount->parent)
		if (mount == top)
			return true;
	return false;
}
