// mount.c: mounts and file systems made by mount(2): their references, their beginning and end, and the
// steps of paths from one mount to another.
#include "fs/mount.h"

#include "fs/directory_tree.h"
#include "mem/heap.h"
#include "thread/yield.h"

#define UNLINK_COST 1000 // about how many instructions it takes to find and remove a name

static uint32_t mount_count;   // [tree_lock]
static uint32_t last_id;       // [tree_lock] the newest mount's number
static uint32_t last_volume;   // [tree_lock] the minor number of the newest file system
static struct volume *leaving; // [tree_lock] file systems whose names wait to be removed

// Remove all names in a file system that nobody can reach any more, and free it. Others may still use
// its files, which lose their names. Yields, with tree_lock released. Caller: holds tree_lock.
static void volume_free(struct volume *volume)
{
	struct entry *entry;

	assert_mutex_held(&tree_lock);
	while ((entry = tree_leaf(volume->root))) {
		tree_unlink(entry);
		if (!yield_due(UNLINK_COST))
			continue;
		tree_unlock();
		(void)thread_yield_point();
		mutex_lock(&tree_lock);
	}
	volume->root->nlink = 0; // nobody may make names there any more
	inode_put(volume->root);
	kfree(volume);
}

// The hook of tree_unlock: free the file systems that are leaving.
static void free_leaving(void)
{
	struct volume *volume;

	mutex_lock(&tree_lock);
	tree_leaving = false;
	while ((volume = leaving)) {
		leaving = volume->next;
		volume_free(volume);
	}
	tree_unlock();
}

void mounts_init(void)
{
	tree_leaving_hook = free_leaving;
}

// Returns true if a mount shows the file system on `dev`. Caller: holds tree_lock.
static bool device_is_mounted(dev_t dev)
{
	const struct mount *each;

	assert_mutex_held(&tree_lock);
	list_for_each(each, &mounts, link)
		if (each->root->dev == dev)
			return true;
	return false;
}

// Returns a number for the device of a new file system. After some 10^6 of them numbers are used
// again; one that is mounted keeps its own. Caller: holds tree_lock.
static dev_t new_device(void)
{
	assert_mutex_held(&tree_lock);
	do {
		if (last_volume < VOLUME_FIRST || last_volume == VOLUME_LAST)
			last_volume = VOLUME_FIRST;
		else
			last_volume++;
	} while (device_is_mounted(makedev(0, last_volume)));
	return makedev(0, last_volume);
}

struct volume *volume_create(mode_t mode, uid_t uid, gid_t gid, bool read_only)
{
	struct volume *volume = kzalloc_lasting(sizeof(*volume));

	assert_mutex_held(&tree_lock);
	if (!volume)
		return NULL;
	volume->root = inode_create(S_IFDIR | mode, new_device(), NULL);
	if (!volume->root) {
		kfree(volume);
		return NULL;
	}
	volume->root->nlink = 2;
	volume->root->uid = uid;
	volume->root->gid = gid;
	volume->read_only = read_only;
	volume->refs = 1;
	return volume;
}

void volume_put(struct volume *volume)
{
	assert_mutex_held(&tree_lock);
	if (!volume || --volume->refs)
		return;
	volume->next = leaving;
	leaving = volume;
	tree_leaving = true;
}

int mount_attach(const struct position *at, struct inode *root, struct volume *volume,
                 uint32_t flags, const char *source)
{
	size_t size = strlen(source) + 1;
	struct mount *mount;

	assert_mutex_held(&tree_lock);
	if (mount_count == MOUNTS_MAX)
		return -ENOSPC;
	mount = kzalloc_lasting(sizeof(*mount) + size);
	if (!mount)
		return -ENOMEM;
	memcpy(mount->source, source, size);
	mount->refs = 1;
	mount->id = MOUNT_FIRST + last_id++;
	mount->root = inode_get(root);
	mount->volume = volume;
	if (volume)
		volume->refs++;
	mount->flags = flags;
	mount_count++;
	list_add_tail(&mounts, &mount->link);
	mount_move(mount, at);
	return 0;
}

void mount_move(struct mount *mount, const struct position *to)
{
	struct inode *point = mount->point;
	struct mount *parent = mount->parent;

	assert_mutex_held(&tree_lock);
	mount->point = inode_get(to->inode);
	mount->parent = mount_get(to->mount);
	mount->point->covered++;
	if (point) {
		point->covered--;
		inode_put(point);
		mount_put_locked(parent);
	}
}

// Take one mount off the list. Caller: holds tree_lock.
static void detach(struct mount *mount)
{
	assert_mutex_held(&tree_lock);
	list_remove(&mount->link);
	mount_count--;
	mount->point->covered--;
	inode_put(mount->point);
	mount->point = NULL;
	mount_put_locked(mount->parent);
	mount->parent = NULL;
	mount_put_locked(mount);
}

// All are found before the first one is detached, which then has no parent any more.
void mount_detach(struct mount *mount)
{
	struct list gone = LIST_INIT(gone);
	struct mount *each, *next;

	assert_mutex_held(&tree_lock);
	list_for_each_safe(each, next, &mounts, link) {
		if (!mount_is_upon(each, mount))
			continue;
		list_remove(&each->link);
		list_add_tail(&gone, &each->link);
	}
	while (!list_empty(&gone))
		detach(list_first(&gone, struct mount, link));
}

void mount_put_known(struct mount *mount)
{
	assert_mutex_held(&tree_lock);
	mount->expiring = false;
	if (__atomic_sub_fetch(&mount->refs, 1, __ATOMIC_ACQ_REL))
		return;
	inode_put(mount->root);
	volume_put(mount->volume);
	kfree(mount);
}

void mount_put_some(struct mount *mount)
{
	mutex_lock(&tree_lock);
	mount_put_locked(mount);
	tree_unlock();
}

// Continue at `inode`, seen through `mount`.
static void position_set(struct position *at, struct inode *inode, struct mount *mount)
{
	struct position old = *at;

	*at = (struct position){ inode_get(inode), mount_get(mount) };
	position_drop(&old);
}

void position_cross(struct position *at)
{
	struct mount *mount;

	assert_mutex_held(&tree_lock);
	while ((mount = mount_on(at->mount, at->inode)))
		position_set(at, mount->root, mount);
}

void position_uncover(struct position *at, const struct position *top)
{
	struct mount *mount;

	assert_mutex_held(&tree_lock);
	while ((mount = at->mount) && at->inode == mount->root && mount->point &&
	       !position_same(at, top))
		position_set(at, mount->point, mount->parent);
}

// Returns true if the file keeps its mount from becoming read-only.
static bool counts_as_writer(const struct file *file)
{
	return !(file->flags & O_PATH) && file_writable(file) && inode_is(file->inode, S_IFREG);
}

void mount_file_opened(struct file *file, struct mount *mount)
{
	file->mount = mount_get(mount);
	if (counts_as_writer(file))
		__atomic_add_fetch(&mount->writers, 1, __ATOMIC_RELAXED);
}

void mount_file_closed(struct file *file)
{
	assert_no_lock();
	if (counts_as_writer(file))
		__atomic_sub_fetch(&file->mount->writers, 1, __ATOMIC_RELAXED);
	mount_put(file->mount);
}
