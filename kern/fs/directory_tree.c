// directory_tree.c: finding, adding, removing and moving the entries of directories.
#include "fs/directory_tree.h"

#include "fs/permission.h"
#include "fs/random.h"
#include "mem/heap.h"
#include "thread/yield.h"
#include <abi/limits.h>

#define ASCEND_COST 50 // about how many instructions it takes to go one directory up

struct mutex rename_lock;

struct name name_of(const char *text, uint32_t length)
{
	struct name name = { .text = text, .length = length, .hash = NAME_HASH_START };

	for (uint32_t i = 0; i < length; i++)
		name.hash = name_hash_step(name.hash, text[i]);
	return name;
}

void tree_init(void)
{
	mutex_init(&rename_lock, "rename", RANK_RENAME);
	mutex_init(&tree_lock, "tree", RANK_TREE);
	tree_root = inode_create(S_IFDIR | 0755, VOLUME_TREE, NULL);
	if (!tree_root)
		panic("tree_init: no memory for the root directory");
	tree_root->nlink = 2;
}

// Returns the entry of a node of a tree by name, or NULL.
static struct entry *named_by(const struct avl_node *node)
{
	return node ? container_of(node, struct entry, by_name) : NULL;
}

// Compare `name` with the name of `entry` in the order of a directory's tree: by hash, which
// nearly always decides, then by length, then by text. Returns a number below, equal to or above
// 0.
static int compare(const struct name *name, const struct entry *entry)
{
	if (name->hash != entry->hash)
		return name->hash < entry->hash ? -1 : 1;
	if (name->length != entry->length)
		return (int)name->length - entry->length;
	return memcmp(name->text, entry->text, name->length);
}

// Returns the name of an entry.
static struct name name_in(const struct entry *entry)
{
	return (struct name){ entry->text, entry->length, entry->hash };
}

static bool is_named_before(const struct avl_node *a, const struct avl_node *b)
{
	struct name name = name_in(named_by(a));

	return compare(&name, named_by(b)) < 0;
}

struct entry *tree_find(struct inode *dir, const struct name *name)
{
	struct entry *entry = named_by(dir->dir.names.root);

	assert_mutex_held(&tree_lock);
	while (entry) {
		int order = compare(name, entry);

		if (order == 0)
			return entry;
		entry = named_by(entry->by_name.child[order > 0]);
	}
	return NULL;
}

int tree_lookup(struct inode *dir, const struct name *name, struct inode **store)
{
	struct entry *entry = tree_find(dir, name);

	assert_mutex_held(&tree_lock);
	if (entry) {
		*store = inode_get(entry->inode);
		return 0;
	}
	if (dir->ops && dir->ops->lookup)
		return dir->ops->lookup(dir, name, store);
	return -ENOENT;
}

// Returns the entry of a node of a tree by cookie, or NULL.
static struct entry *entry_of(const struct avl_node *node)
{
	return node ? container_of(node, struct entry, order) : NULL;
}

static bool is_older(const struct avl_node *a, const struct avl_node *b)
{
	return entry_of(a)->cookie < entry_of(b)->cookie;
}

// Create an entry that is in no directory yet; entry_insert takes the references. `replaced`:
// the length of the name that goes when this one comes, 0: none does. A name that is not longer
// than the old one may use the last free memory, so a rename works even when memory is short.
// Returns NULL if out of memory.
static struct entry *entry_create(const struct name *name, uint32_t replaced)
{
	size_t size = sizeof(struct entry) + name->length + 1;
	struct entry *entry = name->length <= replaced ? kmalloc(size) : kmalloc_lasting(size);

	if (!entry)
		return NULL;
	memcpy(entry->text, name->text, name->length);
	entry->text[name->length] = '\0';
	entry->length = (uint8_t)name->length;
	entry->hash = name->hash;
	entry->linked = false;
	return entry;
}

// Returns a cookie that no entry of the directory has. Cookies rise. At COOKIE_END they begin anew, and
// those of entries that still exist are passed over: from one, the search goes on at a random place, so
// nobody can arrange entries that it meets one after the other.
static uint32_t new_cookie(struct inode *inode)
{
	struct directory *dir = &inode->dir;
	const struct entry *entry;
	uint32_t cookie;

	assert_mutex_held(&tree_lock);
	for (;;) {
		if (dir->next_cookie >= COOKIE_END) {
			dir->next_cookie = COOKIE_FIRST;
			dir->cookies_reused = true;
		}
		cookie = dir->next_cookie++;
		if (likely(!dir->cookies_reused))
			return cookie;
		entry = tree_next(inode, cookie);
		if (!entry || entry->cookie != cookie)
			return cookie;
		random_bytes(&dir->next_cookie, sizeof(dir->next_cookie));
		dir->next_cookie = COOKIE_FIRST + dir->next_cookie % (COOKIE_END - COOKIE_FIRST);
	}
}

// Put an entry into `dir` as a name of `inode`. Takes a reference on each. If the file had lost
// its last name, or never had one, its label goes: it has a true name now.
static void entry_insert(struct entry *entry, struct inode *dir, struct inode *inode)
{
	if (inode->nlink == 0 && !list_empty(&inode->names)) {
		struct entry *label = list_first(&inode->names, struct entry, alias);

		list_remove(&label->alias);
		inode_put(label->parent);
		kfree(label);
	}
	entry->parent = inode_get(dir);
	entry->inode = inode_get(inode);
	entry->cookie = new_cookie(dir);
	avl_insert(&dir->dir.names, &entry->by_name, is_named_before);
	avl_insert(&dir->dir.entries, &entry->order, is_older);
	list_add(&inode->names, &entry->alias);
	entry->linked = true;
	dir->dir.count++;
	if (inode_is(inode, S_IFDIR)) {
		inode->nlink += 2;
		dir->nlink++;
	} else {
		inode->nlink++;
	}
	inode_touch(inode, TOUCH_CTIME);
	inode_touch(dir, TOUCH_MTIME | TOUCH_CTIME);
}

// Take an entry out of its directory and of its file's names. Its references stay, for the
// caller to drop.
static void entry_remove(struct entry *entry)
{
	struct inode *dir = entry->parent;
	struct inode *inode = entry->inode;

	avl_remove(&dir->dir.names, &entry->by_name);
	avl_remove(&dir->dir.entries, &entry->order);
	list_remove(&entry->alias);
	entry->linked = false;
	dir->dir.count--;
	if (inode_is(inode, S_IFDIR)) {
		inode->nlink -= 2;
		dir->nlink--;
	} else {
		inode->nlink--;
	}
	inode_touch(inode, TOUCH_CTIME);
	inode_touch(dir, TOUCH_MTIME | TOUCH_CTIME);
}

int tree_may_add(const struct inode *dir)
{
	assert_mutex_held(&tree_lock);
	return dir->nlink == 0 || dir->ops ? -ENOENT : 0;
}

int tree_may_remove(const struct entry *entry)
{
	assert_mutex_held(&tree_lock);
	if (entry->inode->dev != entry->parent->dev || entry->inode->covered)
		return -EBUSY;
	return entry->parent->ops ? -EPERM : 0;
}

int tree_link(struct inode *dir, const struct name *name, struct inode *inode)
{
	struct entry *entry = entry_create(name, 0);

	assert_mutex_held(&tree_lock);
	if (!entry)
		return -ENOMEM;
	entry_insert(entry, dir, inode);
	return 0;
}

int tree_link_new(struct inode *dir, const struct name *name, struct inode *inode)
{
	assert_mutex_held(&tree_lock);
	inode_set_first_owner(inode, dir);
	return tree_link(dir, name, inode);
}

void tree_unlink(struct entry *entry)
{
	struct inode *inode = entry->inode;

	assert_mutex_held(&tree_lock);
	entry_remove(entry);
	if (inode->nlink == 0) {
		// The entry becomes the file's label and keeps its reference on the directory.
		list_add(&inode->names, &entry->alias);
	} else {
		inode_put(entry->parent);
		kfree(entry);
	}
	inode_put(inode);
}

// A new entry takes the place of the old one, because its name may be longer, and it needs a new
// cookie in the other directory. The inode gets a reference meanwhile: it has no name between
// the two steps.
int tree_move(struct entry *entry, struct inode *dir, const struct name *name, struct entry *victim)
{
	struct inode *inode = entry->inode;
	struct entry *moved = entry_create(name, entry->length);

	assert_mutex_held(&rename_lock);
	assert_mutex_held(&tree_lock);
	if (!moved)
		return -ENOMEM;
	if (victim)
		tree_unlink(victim);
	inode_get(inode);
	entry_remove(entry);
	entry_insert(moved, dir, inode);
	inode_put(inode);
	inode_put(entry->inode);
	inode_put(entry->parent);
	kfree(entry);
	return 0;
}

// Both entries are allocated before either of the old ones is touched.
int tree_exchange(struct entry *a, struct entry *b)
{
	struct name name_a = name_in(a), name_b = name_in(b);
	struct entry *new_a = entry_create(&name_a, a->length);
	struct entry *new_b = entry_create(&name_b, b->length);

	assert_mutex_held(&rename_lock);
	assert_mutex_held(&tree_lock);
	if (!new_a || !new_b) {
		kfree(new_a);
		kfree(new_b);
		return -ENOMEM;
	}
	entry_remove(a);
	entry_remove(b);
	entry_insert(new_a, a->parent, b->inode);
	entry_insert(new_b, b->parent, a->inode);
	inode_put(a->inode);
	inode_put(b->inode);
	inode_put(a->parent);
	inode_put(b->parent);
	kfree(a);
	kfree(b);
	return 0;
}

struct inode *tree_parent(struct inode *dir)
{
	assert_mutex_held(&tree_lock);
	if (dir == tree_root || list_empty(&dir->names)) // the root of a file system
		return dir;
	return list_first(&dir->names, struct entry, alias)->parent;
}

// A directory without directories in it lies above nothing: most renames end here. (In the
// kernel's own directories nlink counts only the entries, and others may exist.)
int tree_is_above(const struct inode *above, struct inode *inode)
{
	int error = 0;

	assert_mutex_held(&rename_lock);
	assert_mutex_held(&tree_lock);
	if (above == inode || (above->nlink <= 2 && !above->ops))
		return above == inode;
	inode = inode_get(inode);
	while (inode != above && !list_empty(&inode->names) && !error) {
		struct inode *parent = inode_get(tree_parent(inode));

		inode_put(inode);
		inode = parent;
		if (!yield_due(ASCEND_COST))
			continue;
		tree_unlock();
		error = thread_yield_point_killable();
		mutex_lock(&tree_lock);
	}
	inode_put(inode);
	return error ? error : inode == above;
}

struct entry *tree_next(const struct inode *dir, uint32_t cookie)
{
	struct avl_node *node = dir->dir.entries.root, *best = NULL;

	assert_mutex_held(&tree_lock);
	while (node) {
		bool before = entry_of(node)->cookie < cookie;

		if (!before)
			best = node;
		node = node->child[before];
	}
	return entry_of(best);
}

struct entry *tree_after(const struct entry *entry)
{
	assert_mutex_held(&tree_lock);
	return entry_of(avl_next(&entry->order));
}

struct entry *tree_leaf(struct inode *dir)
{
	struct entry *entry = NULL;

	assert_mutex_held(&tree_lock);
	while (inode_is(dir, S_IFDIR) && dir->dir.count) {
		entry = tree_next(dir, 0);
		dir = entry->inode;
	}
	return entry;
}
