// inode_path.c: the path of a file, from its inode.
#include "fs/inode.h"
#include "fs/mount.h"
#include "thread/yield.h"
#include <stdio.h>

// Put text[n] before *end and move *end to its start. Returns false if it would begin before
// `start`.
static bool prepend(char *start, char **end, const char *text, size_t n)
{
	if ((size_t)(*end - start) < n)
		return false;
	*end -= n;
	memcpy(*end, text, n);
	return true;
}

// The path of a file that has neither name nor label: its kind and number, as proc(5) describes
// the links in /proc/PID/fd; of an anonymous file only its kind.
static char *nameless_path(const struct inode *inode, char *text, size_t size)
{
	const char *pipe = inode_is(inode, S_IFIFO) ? "pipe" : "file";
	const char *what = inode_is(inode, S_IFSOCK) ? "socket" : pipe;
	int n = inode->mode & S_IFMT || !inode->kind ?
	                snprintf(text, size, "%s:[%u]", what, inode->ino) :
	                snprintf(text, size, "anon_inode:%s", inode->kind);

	return n < 0 || (size_t)n >= size ? NULL : text;
}

#define LEVEL_COST 60 // about how many instructions it takes to write a name of a path

// Go from `*inode`, whose path is being written, to what its mount covers, if it is the root of one.
static bool uncover(struct inode **inode, const struct mount **mount)
{
	if (likely(!*mount) || *inode != (*mount)->root || !(*mount)->point)
		return false;
	*inode = (*mount)->point;
	*mount = (*mount)->parent;
	return true;
}

// The path is built from its end, because an inode knows its parent and not its children. At a root,
// which has no name, the walk ends even if it has not met `root`. At the global one the file lies outside
// the caller's root directory; the other is that of message queues, whose paths begin there, or of a
// file system that is not mounted any more. The cost is only counted: a look-up in /proc/PID/fd makes a
// path, and the walk yields after it.
char *position_path(const struct position *position, const struct position *root, char *text,
                    size_t size)
{
	struct inode *inode = position->inode;
	const struct mount *mount = position->mount;
	char *end = text + size;
	bool fits = prepend(text, &end, "", 1);

	assert_mutex_held(&tree_lock);
	if (inode != root->inode && inode != tree_root && inode->nlink == 0 &&
	    !list_empty(&inode->names))
		fits = fits && prepend(text, &end, " (deleted)", 10);
	while (fits && !(inode == root->inode && mount == root->mount)) {
		const struct entry *name;

		(void)yield_due(LEVEL_COST);
		if (uncover(&inode, &mount))
			continue;
		if (list_empty(&inode->names))
			break;
		name = list_first(&inode->names, struct entry, alias);
		fits = prepend(text, &end, name->text, name->length) && prepend(text, &end, "/", 1);
		inode = name->parent;
	}
	if (fits && *end != '/')
		fits = prepend(text, &end, "/", 1);
	if (inode != root->inode && (inode == tree_root || mount))
		fits = fits && prepend(text, &end, "(unreachable)", 13);
	return fits ? end : NULL;
}

char *inode_path(struct inode *inode, struct inode *root, char *text, size_t size)
{
	struct position position = { inode, mount_of(inode) }, top = { root, mount_of(root) };

	assert_mutex_held(&tree_lock);
	if (inode != root && inode != tree_root && list_empty(&inode->names) && !position.mount)
		return nameless_path(inode, text, size);
	return position_path(&position, &top, text, size);
}
