// path.c: walking along a path. A symbolic link on the way suspends the text it stands in: the walk
// goes on with the link's text and comes back afterwards, without recursion.
#include "fs/path.h"

#include "mem/heap.h"
#include "thread/yield.h"
#include <abi/limits.h>

// What work costs, in instructions or so: to go one name on, to look at a text that is suspended.
#define STEP_COST 400
#define SUSPENDED_COST 20
#define SLASH_COST 5

struct fs_context *fs_context_create(void)
{
	struct fs_context *fs = kmalloc(sizeof(*fs));

	if (!fs)
		return NULL;
	fs->refs = 1;
	fs->root = inode_get(tree_root);
	fs->cwd = inode_get(tree_root);
	fs->umask = 022;
	return fs;
}

struct fs_context *fs_context_copy(struct fs_context *fs)
{
	struct fs_context *copy = kmalloc(sizeof(*copy));

	if (!copy)
		return NULL;
	mutex_lock(&tree_lock);
	copy->refs = 1;
	copy->root = inode_get(fs->root);
	copy->cwd = inode_get(fs->cwd);
	copy->umask = fs->umask;
	tree_unlock();
	return copy;
}

void fs_context_put(struct fs_context *fs)
{
	if (__atomic_sub_fetch(&fs->refs, 1, __ATOMIC_ACQ_REL))
		return;
	inode_put(fs->root);
	inode_put(fs->cwd);
	kfree(fs);
}

// A text whose rest waits until a link on the way has been followed.
struct suspended {
	const char *rest;
	struct inode *link; // whose text it is, a reference; NULL: the path itself
};

// A walk under way.
struct walk {
	struct fs_context *fs;
	struct inode *dir;  // where it stands, a reference
	const char *text;   // what is still to be walked,
	struct inode *link; // and whose text that is, as above
	unsigned int links; // symbolic links followed
	unsigned int depth; // suspended texts
	struct suspended suspended[SYMLOOP_MAX];
};

static void walk_end(struct walk *walk)
{
	inode_put(walk->dir);
	inode_put(walk->link);
	while (walk->depth)
		inode_put(walk->suspended[--walk->depth].link);
}

static const char *skip_slashes(const char *text)
{
	const char *start = text;

	while (*text == '/')
		text++;
	(void)yield_due((uint32_t)(text - start) *
	                SLASH_COST); // counted here; the walk yields later
	return text;
}

// Leave out slashes of which others follow: who looks at a text again and again passes one.
static const char *skip_but_one_slash(const char *text)
{
	const char *end = skip_slashes(text);

	return end == text ? text : end - 1;
}

// Take the next name off the walk's text. -ENAMETOOLONG.
static int next_name(struct walk *walk, struct name *name)
{
	const char *text = walk->text;
	uint32_t hash = NAME_HASH_START;

	name->text = text;
	for (; *text && *text != '/'; text++)
		hash = name_hash_step(hash, *text);
	name->length = (uint32_t)(text - name->text);
	name->hash = hash;
	walk->text = text;
	return name->length > NAME_MAX ? -ENAMETOOLONG : 0;
}

// Go back to texts that were suspended, as long as the current one is used up.
static void resume(struct walk *walk)
{
	while (!*walk->text && walk->depth) {
		struct suspended *top = &walk->suspended[--walk->depth];

		inode_put(walk->link);
		walk->link = top->link;
		walk->text = skip_slashes(top->rest);
	}
}

// Does nothing but slashes follow, in this text and the suspended ones?
static bool at_end(const struct walk *walk)
{
	if (*skip_slashes(walk->text))
		return false;
	for (unsigned int i = 0; i < walk->depth; i++)
		if (*skip_slashes(walk->suspended[i].rest))
			return false;
	return true;
}

// Was there a slash after the last name?
static bool slash_follows(const struct walk *walk)
{
	bool slash = *walk->text == '/';

	for (unsigned int i = 0; i < walk->depth; i++)
		slash |= *walk->suspended[i].rest == '/';
	return slash;
}

// Continue with the text of `link`, whose reference the walk takes over.
static int follow(struct walk *walk, struct inode *link)
{
	if (walk->links++ == SYMLOOP_MAX) {
		inode_put(link);
		return -ELOOP;
	}
	walk->suspended[walk->depth].rest = skip_but_one_slash(walk->text);
	walk->suspended[walk->depth++].link = walk->link;
	walk->link = link;
	walk->text = link->target;
	if (*walk->text == '/') {
		inode_put(walk->dir);
		walk->dir = inode_get(walk->fs->root);
		walk->text = skip_slashes(walk->text);
	}
	return 0;
}

static void step_to(struct walk *walk, struct inode *dir)
{
	inode_put(walk->dir);
	walk->dir = dir;
}

static enum last_name kind_of(const struct name *name)
{
	if (name->length == 1 && name->text[0] == '.')
		return LAST_DOT;
	if (name->length == 2 && name->text[0] == '.' && name->text[1] == '.')
		return LAST_DOTDOT;
	return LAST_NAME;
}

static int look_up(struct walk *walk, const struct name *name, struct inode **store)
{
	switch (kind_of(name)) {
	case LAST_DOT:
		*store = inode_get(walk->dir);
		return 0;
	case LAST_DOTDOT:
		*store = inode_get(walk->dir == walk->fs->root ? walk->dir : tree_parent(walk->dir));
		return 0;
	default:
		return tree_lookup(walk->dir, name, store);
	}
}

// Go where a link leads that has no text to follow (inode_ops). Takes over the reference on *inode
// and gives one on its replacement.
static int jump(struct walk *walk, struct inode **inode)
{
	struct inode *link = *inode;
	int error = walk->links++ == SYMLOOP_MAX ? -ELOOP : link->ops->jump(link, inode);

	inode_put(link);
	return error;
}

// Is a link that is the last name to be followed?
static bool link_wanted(unsigned int flags, bool slash)
{
	return (flags & WALK_FOLLOW) || (slash && !(flags & WALK_MAY_MISS));
}

// One name on. Returns 1 when the walk has arrived and *path is filled in, 0 when it goes on, or
// -errno.
static int walk_step(struct walk *walk, unsigned int flags, struct path *path)
{
	struct inode *inode = NULL;
	struct name name;
	bool last, slash;
	int error;

	if (!inode_is(walk->dir, S_IFDIR))
		return -ENOTDIR;
	error = next_name(walk, &name);
	if (error)
		return error;
	last = at_end(walk);
	slash = last && slash_follows(walk);
	if (slash && (flags & WALK_FILE) && kind_of(&name) == LAST_NAME)
		return -EISDIR;
	error = look_up(walk, &name, &inode);
	if (error && !(error == -ENOENT && last && (flags & WALK_MAY_MISS)))
		return error;

	if (inode && inode_is(inode, S_IFLNK) && (!last || link_wanted(flags, slash))) {
		if (!inode->ops || !inode->ops->jump)
			return follow(walk, inode);
		error = jump(walk, &inode);
		if (error)
			return error;
	}
	if (!last) {
		step_to(walk, inode);
		return 0;
	}
	if (slash && !(flags & WALK_MAY_MISS) && !inode_is(inode, S_IFDIR)) {
		inode_put(inode);
		return -ENOTDIR;
	}
	*path = (struct path){
		.parent = kind_of(&name) == LAST_NAME ? inode_get(walk->dir) : NULL,
		.inode = inode,
		.name = name,
		.last = kind_of(&name),
		.slash = slash,
		.holder = walk->link ? inode_get(walk->link) : NULL,
	};
	return 1;
}

// Yield between two names, if it is time. The walk has references to all that it still needs. 0, or
// -EINTR for a thread that is killed.
static int walk_yield(const struct walk *walk)
{
	int error;

	if (!yield_due(STEP_COST + walk->depth * SUSPENDED_COST))
		return 0;
	tree_unlock();
	error = thread_yield_point_killable();
	mutex_lock(&tree_lock);
	return error;
}

int path_walk(struct fs_context *fs, struct inode *start, const char *text, unsigned int flags,
              struct path *path)
{
	struct walk walk;
	int result = 0;

	if (!*text)
		return -ENOENT;
	walk.fs = fs;
	walk.dir = inode_get(*text == '/' ? fs->root : start ? start : fs->cwd);
	walk.text = skip_slashes(text);
	walk.link = NULL;
	walk.links = walk.depth = 0;

	while (result == 0) {
		walk.text = skip_slashes(walk.text);
		resume(&walk);
		result = walk_yield(&walk);
		if (result)
			break;
		if (*walk.text) {
			result = walk_step(&walk, flags, path);
		} else {
			// Only slashes, in the path or in the last link followed.
			*path = (struct path){ .inode = inode_get(walk.dir), .last = LAST_ROOT };
			result = 1;
		}
	}
	walk_end(&walk);
	return result < 0 ? result : 0;
}

void path_put(struct path *path)
{
	inode_put(path->parent);
	inode_put(path->inode);
	inode_put(path->holder);
}

int path_lookup(struct fs_context *fs, struct inode *start, const char *text, unsigned int flags,
                struct inode **store)
{
	struct path path;
	int error;

	mutex_lock(&tree_lock);
	error = path_walk(fs, start, text, flags & ~WALK_MAY_MISS, &path);
	if (!error) {
		*store = inode_get(path.inode);
		path_put(&path);
	}
	tree_unlock();
	return error;
}

char *path_text(struct fs_context *fs, struct inode *inode, char *text, size_t size)
{
	char *path;

	mutex_lock(&tree_lock);
	path = inode_path(inode, fs->root, text, size);
	tree_unlock();
	return path;
}
