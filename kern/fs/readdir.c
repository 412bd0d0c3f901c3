// readdir.c: directories as open files. The position of a directory is the one of the next
// entry: 0 and 1 are "." and "..", then come the cookies of the entries, which never change,
// then the positions of names that are not entries (inode_ops.list). So names that are added or
// removed between two calls do no harm: no other name is listed twice or left out.
#include "fs/readdir.h"

#include "fs/directory_tree.h"
#include "fs/inode.h"
#include "fs/uio.h"
#include "thread/yield.h"
#include <abi/limits.h>

// How far the entries are aligned, where their names begin, and how many bytes follow the name.
static const struct {
	uint8_t align, name, tail;
} formats[] = {
	[DIRENT_64] = { 8, DIRENT64_NAME_OFFSET, 1 },
	[DIRENT_32] = { 4, DIRENT32_NAME_OFFSET, 2 },
	[DIRENT_ONE] = { 4, DIRENT32_NAME_OFFSET, 1 },
};

bool dirent_add(struct dirent_buffer *buffer, uint64_t ino, uint32_t next, mode_t mode,
                const char *name, size_t length)
{
	enum dirent_format format = buffer->format;
	size_t offset = formats[format].name;
	size_t size = ROUND_UP(offset + length + formats[format].tail, formats[format].align);
	char *at = buffer->bytes + buffer->used;
	uint8_t type = (uint8_t)((mode & S_IFMT) >> 12); // DT_DIR = S_IFDIR >> 12, and so on

	if (size > buffer->size - buffer->used || (format == DIRENT_ONE && buffer->used))
		return false;
	memset(at + size - 8, 0, 8); // what follows the name is at most so long
	memcpy(at + offset, name, length);
	if (format == DIRENT_64) {
		struct dirent64 *entry = (struct dirent64 *)at;

		entry->d_ino = ino;
		entry->d_off = next;
		entry->d_reclen = (uint16_t)size;
		entry->d_type = type;
	} else {
		struct dirent32 *entry = (struct dirent32 *)at;

		entry->d_ino = (uint32_t)ino;
		entry->d_off = format == DIRENT_32 ? next : buffer->after;
		entry->d_reclen = (uint16_t)(format == DIRENT_32 ? size : length);
		if (format == DIRENT_32)
			at[size - 1] = (char)type;
	}
	buffer->used += size;
	buffer->after = next;
	return true;
}

// Append the names that are not entries, from position `cookie` on. Returns true if all did fit.
// Caller: holds tree_lock.
static bool list_others(struct inode *dir, struct dirent_buffer *buffer, uint32_t cookie)
{
	char name[NAME_MAX + 1];
	mode_t mode;
	uint32_t ino;

	assert_mutex_held(&tree_lock);
	if (!dir->ops || !dir->ops->list)
		return true;
	cookie = MAX(cookie, INODE_LIST_COOKIE);
	assert(cookie <= INT32_MAX);
	while (dir->ops->list(dir, &cookie, name, &mode, &ino)) {
		cookie++;
		if (!dirent_add(buffer, ino, cookie, mode, name, strlen(name)))
			return false;
		if (yield_due(0)) // what `list` has counted: the rest comes after a yield
			return false;
	}
	return true;
}

// Append as many names as fit, from position `cookie` on. Returns true if all did fit. Caller:
// holds tree_lock.
static bool list_entries(struct inode *dir, struct dirent_buffer *buffer, uint32_t cookie)
{
	const struct entry *entry;

	assert_mutex_held(&tree_lock);
	if (cookie < 1 && !dirent_add(buffer, dir->ino, 1, S_IFDIR, ".", 1))
		return false;
	if (cookie < 2 && !dirent_add(buffer, tree_parent(dir)->ino, 2, S_IFDIR, "..", 2))
		return false;
	for (entry = tree_next(dir, cookie); entry; entry = tree_after(entry)) {
		if (!dirent_add(buffer, entry->inode->ino, entry->cookie + 1, entry->inode->mode,
		                entry->text, entry->length))
			return false;
	}
	return list_others(dir, buffer, cookie);
}

// An empty result means the end of the directory, so a buffer that has no room for even one
// entry is EINVAL (getdents(2)). A removed directory lists not even ".".
static int directory_getdents(struct file *file, struct dirent_buffer *buffer)
{
	uint32_t cookie = (uint32_t)MIN(file->position, UINT32_MAX);
	bool complete;

	if (file->inode->nlink == 0)
		return -ENOENT;
	buffer->after = cookie;
	mutex_lock(&tree_lock);
	complete = list_entries(file->inode, buffer, cookie);
	tree_unlock();
	file_accessed(file);
	return !complete && buffer->used == 0 ? -EINVAL : 0;
}

static ssize_t directory_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	(void)file;
	(void)uio;
	(void)pos;
	return -EISDIR;
}

// SEEK_END is refused, as on Linux's tmpfs: a directory's positions have no end that means
// anything. Those of a directory of /proc end at INT32_MAX, as on Linux (MAX_NON_LFS).
static int64_t directory_lseek(struct file *file, int64_t offset, int whence)
{
	const struct inode_ops *ops = file->inode->ops;
	bool claimed = false;
	int64_t position;

	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	position = file_claim_position(file, &claimed);
	if (position)
		return position;
	if (ops && ops->list &&
	    offset > INT32_MAX - (whence == SEEK_CUR ? (int64_t)file->position : 0))
		position = -EINVAL;
	else
		position = file_seek(file, offset, whence, 0);
	file_return_position(file, claimed);
	return position;
}

const struct file_ops directory_ops = {
	.read = directory_read,
	.lseek = directory_lseek,
	.getdents = directory_getdents,
};
