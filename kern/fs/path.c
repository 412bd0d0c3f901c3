// path.c: walking along a path. A symbolic link on the way suspends the text in which it was
// found: the walk continues with the link's text and resumes the suspended one at its end. A
// stack of at most 40 suspended texts takes the place of recursion, for which the kernel stack is
// too small.
//
// `dir` is always a directory that the walk has reached, with a reference. tree_lock may be
// released between two names, so nothing else is relied on from one name to the next.
#include "fs/path.h"

#include "fs/permission.h"
#include "thread/why.h"
#include "thread/yield.h"
#include <abi/limits.h>
#include <abi/openat2.h>

// Approximate costs in instructions, for yield_due: to go one name further, to look at one
// suspended text, to skip one slash.
#define STEP_COST 400
#define SUSPENDED_COST 20
#define SLASH_COST 5

// A text that waits until a link found in it has been followed.
struct suspended {
	const char *rest;   // what is still to be walked of it
	struct inode *link; // the link to which it belongs, a reference; NULL: the path itself
};

// A walk under way.
struct walk {
	struct fs_context *fs;
	struct position dir; // the directory it has reached, references
	const char *text;    // the current text: what is still to be walked
	struct inode *link;  // the link to which the text belongs, as in struct suspended
	unsigned int links;  // how many symbolic links were followed
	unsigned int depth;  // how many texts are suspended
	bool search_all;     // the caller may search every directory
	struct suspended suspended[SYMLOOP_MAX];
};

// Drop all references of the walk.
static void walk_end(struct walk *walk)
{
	position_drop(&walk->dir);
	inode_put(walk->link);
	while (walk->depth)
		inode_put(walk->suspended[--walk->depth].link);
}

// Returns the first byte of `text` that is no slash. A path may consist of 4,095 slashes, and
// links repeat it 40 times; so their cost is counted here, and the walk yields later.
static const char *skip_slashes(const char *text)
{
	const char *start = text;

	while (*text == '/')
		text++;
	(void)yield_due((uint32_t)(text - start) * SLASH_COST);
	return text;
}

// Skip slashes except the last one, so that who looks at a suspended text again and again passes
// only one, and still sees that a slash follows.
static const char *skip_but_one_slash(const char *text)
{
	const char *end = skip_slashes(text);

	return end == text ? text : end - 1;
}

// Take the next name off the walk's text, computing its hash on the way. Returns 0 or
// -ENAMETOOLONG.
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
	if (name->length > NAME_MAX)
		return WHY(-ENAMETOOLONG, "a name of %u bytes is longer than %d", name->length,
		           NAME_MAX);
	return 0;
}

// Go back to suspended texts as long as the current text is used up.
static void resume(struct walk *walk)
{
	while (!*walk->text && walk->depth) {
		struct suspended *top = &walk->suspended[--walk->depth];

		inode_put(walk->link);
		walk->link = top->link;
		walk->text = skip_slashes(top->rest);
	}
}

// Returns true if the current text and the suspended ones have no further name, so the name just
// read is the last of the whole path.
static bool at_end(const struct walk *walk)
{
	if (*skip_slashes(walk->text))
		return false;
	for (unsigned int i = 0; i < walk->depth; i++)
		if (*skip_slashes(walk->suspended[i].rest))
			return false;
	return true;
}

// Returns true if a slash follows the last name, in whatever text.
static bool slash_follows(const struct walk *walk)
{
	bool slash = *walk->text == '/';

	for (unsigned int i = 0; i < walk->depth; i++)
		slash |= *walk->suspended[i].rest == '/';
	return slash;
}

// Returns true if openat2 has restricted the walk by one of the RESOLVE_ bits `bits`.
static bool restricted(const struct walk *walk, uint32_t bits)
{
	return unlikely(walk->fs->resolve & bits);
}

// Check whether a link may lead to the root. As on Linux it may not with RESOLVE_NO_XDEV, even if the
// root is on the same file system. Returns 0 or -EXDEV.
static int check_root(const struct walk *walk)
{
	if (restricted(walk, RESOLVE_BENEATH | RESOLVE_NO_XDEV))
		return WHY(-EXDEV, "an absolute link leads to the root");
	return 0;
}

// Continue from `dir`. Consumes the caller's references.
static void step_to(struct walk *walk, struct position dir)
{
	position_drop(&walk->dir);
	walk->dir = dir;
}

// Returns true if the walk is at the root directory of its context.
static bool at_root(const struct walk *walk)
{
	return position_same(&walk->dir, &walk->fs->root);
}

// Suspend the current text and continue with the text of `link`. Consumes the reference on
// `link`. Returns 0; -ELOOP after too many links, which also ends a loop of links; -EXDEV.
static int follow(struct walk *walk, struct inode *link)
{
	int error = 0;

	if (walk->links++ == SYMLOOP_MAX || restricted(walk, RESOLVE_NO_SYMLINKS))
		error = WHY(-ELOOP, "more than %d symbolic links, or none allowed", SYMLOOP_MAX);
	else if (*link->target == '/')
		error = check_root(walk);
	if (error) {
		inode_put(link);
		return error;
	}
	walk->suspended[walk->depth].rest = skip_but_one_slash(walk->text);
	walk->suspended[walk->depth++].link = walk->link;
	walk->link = link;
	walk->text = link->target;
	if (*walk->text == '/') {
		step_to(walk, position_get(&walk->fs->root));
		walk->text = skip_slashes(walk->text);
	}
	return 0;
}

static enum last_name kind_of(const struct name *name)
{
	if (name->length == 1 && name->text[0] == '.')
		return LAST_DOT;
	if (name->length == 2 && name->text[0] == '.' && name->text[1] == '.')
		return LAST_DOTDOT;
	return LAST_NAME;
}

// Find the directory above the walk's, which is not the root of its context. That of the root of a
// mount is the one above what the mount covers; it may be covered too.
static void look_above(const struct walk *walk, struct position *store)
{
	const struct position *top = &walk->fs->root;
	struct inode *dir;

	*store = position_get(&walk->dir);
	position_uncover(store, top);
	if (position_same(store, top))
		return;
	dir = inode_get(tree_parent(store->inode));
	inode_put(store->inode);
	store->inode = dir;
	position_cross(store);
}

// Find the file of one name in the walk's directory. ".." of the process's root is the root
// itself: so chroot() confines a path (path_resolution(7)). `kind`: of the name. `covered`: do not go to
// what covers the file. Stores new references. Returns 0 or as tree_lookup.
static int look_up(struct walk *walk, const struct name *name, enum last_name kind, bool covered,
                   struct position *store)
{
	int error;

	if (likely(kind == LAST_NAME)) {
		error = tree_lookup(walk->dir.inode, name, &store->inode);
		if (error)
			return error;
		store->mount = mount_get(walk->dir.mount);
		if (unlikely(store->inode->covered) && !covered)
			position_cross(store);
	} else if (kind == LAST_DOT || at_root(walk)) {
		if (kind == LAST_DOTDOT && restricted(walk, RESOLVE_BENEATH))
			return WHY(-EXDEV, "the path leads out of its directory");
		*store = position_get(&walk->dir);
	} else {
		look_above(walk, store);
	}
	return 0;
}

// Follow a link whose text is no path (inode_ops.jump). Consumes the references of *at and
// stores new ones on the file it leads to. Returns 0 or -errno.
static int jump(struct walk *walk, struct position *at)
{
	struct inode *link = at->inode;
	int error;

	mount_put_locked(at->mount);
	if (walk->links++ == SYMLOOP_MAX ||
	    restricted(walk, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS))
		error = WHY(-ELOOP, "too many links, or no such links allowed");
	else if (restricted(walk, RESOLVE_BENEATH | RESOLVE_IN_ROOT))
		error = WHY(-EXDEV, "the link may lead anywhere");
	else
		error = link->ops->jump(link, &at->inode);
	if (!error)
		at->mount = mount_get(mount_of(at->inode));
	inode_put(link);
	return error;
}

// Follow the link *at. `last`: it is the last name of its text. `text`: the walk goes on with its text
// (follow); else *at becomes the file that it leads to (jump). Consumes the references of *at if the walk
// goes on with a text, and on an error. Returns 0 or -errno.
static int pass_link(struct walk *walk, struct position *at, bool last, bool text)
{
	int error = last ? permission_to_follow(walk->dir.inode, at->inode) : 0;

	if (error) {
		position_drop(at);
		return error;
	}
	if (!text)
		return jump(walk, at);
	mount_put_locked(at->mount);
	return follow(walk, at->inode);
}

// Returns true if a symbolic link that is the last name is to be followed: the caller wants it,
// or a slash follows. "link/" means the directory to which the link leads, except where the name
// is to be made.
static bool link_wanted(unsigned int flags, bool slash)
{
	return (flags & WALK_FOLLOW) || (slash && !(flags & WALK_MAY_MISS));
}

// Go one name further. Returns 1 when the walk has arrived, with *path filled in; 0 if it goes
// on; -errno.
//
// The order of checks is Linux's: what lies before the name must be a directory (ENOTDIR) that may be
// searched (EACCES), the name must not be too long, then it must exist. A link is followed before it is
// checked whether the last name must be a directory.
static int walk_step(struct walk *walk, unsigned int flags, struct path *path)
{
	struct position at = { NULL, NULL };
	enum last_name kind;
	struct name name;
	bool last, slash;
	int error;

	if (!inode_is(walk->dir.inode, S_IFDIR))
		return WHY(-ENOTDIR, "the path up to /%.40s is no directory", walk->text);
	if (unlikely(!walk->search_all) && (error = inode_permission(walk->dir.inode, X_OK)))
		return error;
	error = next_name(walk, &name);
	if (error)
		return error;
	kind = kind_of(&name);
	last = at_end(walk);
	slash = last && slash_follows(walk);
	if (slash && (flags & WALK_FILE) && kind == LAST_NAME)
		return WHY(-EISDIR, "a slash follows %.40s", name.text);
	error = look_up(walk, &name, kind, unlikely(flags & WALK_COVERED) && last, &at);
	if (error && !(error == -ENOENT && last && (flags & WALK_MAY_MISS)))
		return WHY(error, "the directory has no %.*s", (int)name.length, name.text);

	if (at.inode && inode_is(at.inode, S_IFLNK) && (!last || link_wanted(flags, slash))) {
		bool text = !at.inode->ops || !at.inode->ops->jump;

		error = pass_link(walk, &at, last, text);
		if (error || text)
			return error;
	}
	if (at.inode && restricted(walk, RESOLVE_NO_XDEV) &&
	    (at.inode->dev != walk->dir.inode->dev || at.mount != walk->dir.mount)) {
		position_drop(&at);
		return WHY(-EXDEV, "another file system begins at %.40s", name.text);
	}
	if (!last) {
		step_to(walk, at);
		return 0;
	}
	if (slash && !(flags & WALK_MAY_MISS) && !inode_is(at.inode, S_IFDIR)) {
		position_drop(&at);
		return WHY(-ENOTDIR, "a slash follows %.40s, which is no directory", name.text);
	}
	*path = (struct path){
		.parent = kind == LAST_NAME ? inode_get(walk->dir.inode) : NULL,
		.inode = at.inode,
		.inode_mount = at.mount,
		.mount = kind == LAST_NAME ? mount_get(walk->dir.mount) : NULL,
		.name = name,
		.last = kind,
		.slash = slash,
		.holder = walk->link ? inode_get(walk->link) : NULL,
	};
	return 1;
}

// Yield between two names if it is time. Others change the tree meanwhile; the walk has
// references on all that it still uses. Returns 0; -EINTR if the thread is killed. Caller: holds
// tree_lock, which is held again on return.
static int walk_yield(const struct walk *walk)
{
	int error;

	assert_mutex_held(&tree_lock);
	if (!yield_due(STEP_COST + walk->depth * SUSPENDED_COST))
		return 0;
	tree_unlock();
	error = thread_yield_point_killable();
	mutex_lock(&tree_lock);
	return error;
}

int path_walk(struct fs_context *fs, const struct position *start, const char *text,
              unsigned int flags, struct path *path)
{
	struct walk walk;
	int result = 0;

	assert_mutex_held(&tree_lock);
	if (!*text)
		return WHY(-ENOENT, "the path is empty");
	walk.fs = fs;
	walk.dir = position_get(*text == '/' ? &fs->root : start ? start : &fs->cwd);
	walk.text = skip_slashes(text);
	walk.link = NULL;
	walk.links = walk.depth = 0;
	walk.search_all = may_search_all();
	if (*text == '/' && restricted(&walk, RESOLVE_BENEATH))
		result = WHY(-EXDEV, "the path is absolute");

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
			*path = (struct path){ .inode = inode_get(walk.dir.inode),
				               .inode_mount = mount_get(walk.dir.mount),
				               .last = LAST_ROOT };
			result = 1;
		}
	}
	walk_end(&walk);
	return result < 0 ? result : 0;
}

// `holder` is dropped last: `name` points into its text.
void path_put(struct path *path)
{
	assert_only_spinlock(NULL);
	inode_put(path->parent);
	inode_put(path->inode);
	mount_put_locked(path->mount);
	mount_put_locked(path->inode_mount);
	inode_put(path->holder);
}
