// directory_tree.c: looking names up, adding and removing them.
#include "fs/directory_tree.h"

#include "mem/heap.h"
#include <abi/limits.h>

struct name name_of(const char *text, uint32_t length)
{
	struct name name = { .text = text, .length = length, .hash = NAME_HASH_START };

	for (uint32_t i = 0; i < length; i++)
		name.hash = name_hash_step(name.hash, text[i]);
	return name;
}

void tree_init(void)
{
	mutex_init(&tree_lock, "tree", RANK_TREE);
	tree_root = inode_create(S_IFDIR | 0755, VOLUME_TREE, NULL);
	if (!tree_root)
		panic("tree_init: no memory for the root directory");
	tree_root->nlink = 2;
}

static struct entry **bucket_of(struct directory *dir, uint32_t hash)
{
	return &dir->buckets[(hash ^ hash >> 16) & dir->bucket_mask];
}

struct entry *tree_find(struct inode *dir, const struct name *name)
{
	struct entry *entry = *bucket_of(&dir->dir, name->hash);

	for (; entry; entry = entry->hash_next)
		if (entry->hash == name->hash && entry->length == name->length &&
		    memcmp(entry->text, name->text, name->length) == 0)
			return entry;
	return NULL;
}

int tree_lookup(struct inode *dir, const struct name *name, struct inode **store)
{
	struct entry *entry = tree_find(dir, name);

	if (entry) {
		*store = inode_get(entry->inode);
		return 0;
	}
	if (dir->ops && dir->ops->lookup)
		return dir->ops->lookup(dir, name, store);
	return -ENOENT;
}

static struct entry *entry_of(const struct avl_node *node)
{
	return node ? container_of(node, struct entry, order) : NULL;
}

static bool is_older(const struct avl_node *a, const struct avl_node *b)
{
	return entry_of(a)->cookie < entry_of(b)->cookie;
}

// Four times as many buckets. Without memory the chains just get longer.
static void directory_grow(struct directory *dir)
{
	uint32_t count = (dir->bucket_mask + 1) * 4;
	struct entry **buckets = kzalloc_lasting(count * sizeof(*buckets));
	struct entry *entry;

	if (!buckets)
		return;
	if (dir->buckets != dir->first_buckets)
		kfree(dir->buckets);
	dir->buckets = buckets;
	dir->bucket_mask = count - 1;
	for (entry = entry_of(avl_first(&dir->entries)); entry; entry = tree_after(entry)) {
		struct entry **bucket = bucket_of(dir, entry->hash);

		entry->hash_next = *bucket;
		*bucket = entry;
	}
}

// Make an entry that stands in no directory yet; the reference on `dir` is taken when it is inserted.
// `replaced`: the length of the name that goes when this one comes, 0: none does. A name that is no
// longer may also be made where lasting memory is short.
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

// Put an entry into `dir` as a name of `inode`, taking a reference on each.
static void entry_insert(struct entry *entry, struct inode *dir, struct inode *inode)
{
	struct entry **bucket;

	if (dir->dir.count >= dir->dir.bucket_mask * 2)
		directory_grow(&dir->dir);
	bucket = bucket_of(&dir->dir, entry->hash);

	// A file that lost its last name, or never had one, and gets a name again: forget the old
	// one.
	if (inode->nlink == 0 && !list_empty(&inode->names)) {
		struct entry *label = list_first(&inode->names, struct entry, alias);

		list_remove(&label->alias);
		inode_put(label->parent);
		kfree(label);
	}
	entry->parent = inode_get(dir);
	entry->inode = inode_get(inode);
	entry->cookie = dir->dir.next_cookie++;
	entry->hash_next = *bucket;
	*bucket = entry;
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

// Take an entry out of its directory and of its file's names, keeping its references.
static void entry_remove(struct entry *entry)
{
	struct inode *dir = entry->parent;
	struct inode *inode = entry->inode;
	struct entry **link = bucket_of(&dir->dir, entry->hash);

	while (*link != entry)
		link = &(*link)->hash_next;
	*link = entry->hash_next;
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
	return dir->nlink == 0 || dir->ops ? -ENOENT : 0;
}

int tree_may_remove(const struct entry *entry)
{
	if (entry->inode->dev != entry->parent->dev)
		return -EBUSY;
	return entry->parent->ops ? -EPERM : 0;
}

int tree_link(struct inode *dir, const struct name *name, struct inode *inode)
{
	struct entry *entry = entry_create(name, 0);

	if (!entry)
		return -ENOMEM;
	entry_insert(entry, dir, inode);
	return 0;
}

int tree_link_new(struct inode *dir, const struct name *name, struct inode *inode)
{
	if (dir->mode & S_ISGID) {
		inode->gid = dir->gid;
		inode->mode |= inode_is(inode, S_IFDIR) ? S_ISGID : 0;
	}
	return tree_link(dir, name, inode);
}

void tree_unlink(struct entry *entry)
{
	struct inode *inode = entry->inode;

	entry_remove(entry);
	if (inode->nlink == 0) {
		// The last name stays as the file's label, with its reference on the directory.
		list_add(&inode->names, &entry->alias);
	} else {
		inode_put(entry->parent);
		kfree(entry);
	}
	inode_put(inode);
}

int tree_move(struct entry *entry, struct inode *dir, const struct name *name, struct entry *victim)
{
	struct inode *inode = entry->inode;
	struct entry *moved = entry_create(name, entry->length);

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

int tree_exchange(struct entry *a, struct entry *b)
{
	struct name name_a = { a->text, a->length, a->hash };
	struct name name_b = { b->text, b->length, b->hash };
	struct entry *new_a = entry_create(&name_a, a->length);
	struct entry *new_b = entry_create(&name_b, b->length);

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
	if (dir == tree_root)
		return dir;
	return list_first(&dir->names, struct entry, alias)->parent;
}

bool tree_is_above(const struct inode *above, const struct inode *inode)
{
	while (inode != above && inode != tree_root)
		inode = list_first(&inode->names, struct entry, alias)->parent;
	return inode == above;
}

struct entry *tree_next(const struct inode *dir, uint32_t cookie)
{
	struct avl_node *node = dir->dir.entries.root, *best = NULL;

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
	return entry_of(avl_next(&entry->order));
}
