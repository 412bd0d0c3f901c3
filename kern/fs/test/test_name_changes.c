// test_name_changes.c: paths, names and links, in a directory of the test's own.
#include "debug/ktest.h"
#include "fs/name_changes.h"
#include "fs/open.h"
#include "mem/heap.h"
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <stdio.h>

#define SCRATCH "/tmp/ktest"

// The context of a process whose root is the machine's and whose current directory is SCRATCH.
static struct fs_context *begin(void)
{
	struct fs_context *fs = fs_context_create();
	struct inode *dir;

	names_remove_all(SCRATCH);
	EXPECT_EQ(names_make(fs, NULL, SCRATCH, S_IFDIR | 0755, 0), 0);
	EXPECT_EQ(path_lookup(fs, NULL, SCRATCH, 0, &dir), 0);
	EXPECT_EQ(names_chdir(fs, &(struct position){ dir, NULL }), 0);
	inode_put(dir);
	return fs;
}

static void end(struct fs_context *fs)
{
	fs_context_put(fs);
	names_remove_all(SCRATCH);
}

static int make_dir(struct fs_context *fs, const char *path)
{
	return names_make(fs, NULL, path, S_IFDIR | 0755, 0);
}

static int make_file(struct fs_context *fs, const char *path)
{
	return names_make(fs, NULL, path, S_IFREG | 0644, 0);
}

static int move(struct fs_context *fs, const char *from, const char *to, unsigned int flags)
{
	return names_rename(fs, (struct place){ NULL, from }, (struct place){ NULL, to }, flags);
}

// Returns the number of the file that a path names, or -errno.
static int number_of(struct fs_context *fs, const char *path, unsigned int flags)
{
	struct inode *inode;
	int error = path_lookup(fs, NULL, path, flags, &inode);
	int number;

	if (error)
		return error;
	number = (int)inode->ino;
	inode_put(inode);
	return number;
}

KTEST(path_walks_dots_and_slashes)
{
	struct fs_context *fs = begin();
	int a, b;

	EXPECT_EQ(make_dir(fs, "a"), 0);
	EXPECT_EQ(make_file(fs, "a/b"), 0);
	a = number_of(fs, "a", 0);
	b = number_of(fs, SCRATCH "/a/b", 0);
	EXPECT(a > 0 && b > 0 && a != b);
	EXPECT_EQ(number_of(fs, "a/", 0), a);
	EXPECT_EQ(number_of(fs, "./a//.", 0), a);
	EXPECT_EQ(number_of(fs, "a/../a/./b", 0), b);
	EXPECT_EQ(number_of(fs, "a/b/", 0), -ENOTDIR);
	EXPECT_EQ(number_of(fs, "a/b/.", 0), -ENOTDIR);
	EXPECT_EQ(number_of(fs, "a/b/c", 0), -ENOTDIR);
	EXPECT_EQ(number_of(fs, "a/c", 0), -ENOENT);
	EXPECT_EQ(number_of(fs, "c/b", 0), -ENOENT);
	EXPECT_EQ(number_of(fs, "", 0), -ENOENT);
	EXPECT_EQ(number_of(fs, "/../..//", 0), (int)tree_root->ino);
	end(fs);
}

KTEST(path_refuses_long_names)
{
	struct fs_context *fs = begin();
	char name[NAME_MAX + 2];

	memset(name, 'n', sizeof(name));
	name[NAME_MAX] = '\0';
	EXPECT_EQ(make_file(fs, name), 0);
	EXPECT(number_of(fs, name, 0) > 0);
	name[NAME_MAX] = 'n';
	name[NAME_MAX + 1] = '\0';
	EXPECT_EQ(make_file(fs, name), -ENAMETOOLONG);
	EXPECT_EQ(number_of(fs, name, 0), -ENAMETOOLONG);
	end(fs);
}

KTEST(path_follows_symbolic_links)
{
	struct fs_context *fs = begin();
	int a, b;

	make_dir(fs, "a");
	make_file(fs, "a/b");
	EXPECT_EQ(names_symlink(fs, "a", NULL, "to_a"), 0);
	EXPECT_EQ(names_symlink(fs, SCRATCH "/to_a/b", NULL, "a/to_b"), 0);
	EXPECT_EQ(names_symlink(fs, "nothing", NULL, "dangling"), 0);
	EXPECT_EQ(names_symlink(fs, "loop/x", NULL, "loop"), 0);
	EXPECT_EQ(names_symlink(fs, "/", NULL, "to_root"), 0);
	EXPECT_EQ(names_symlink(fs, "", NULL, "empty"), -ENOENT);
	a = number_of(fs, "a", 0);
	b = number_of(fs, "a/b", 0);
	EXPECT(number_of(fs, "to_a", 0) != a);
	EXPECT_EQ(number_of(fs, "to_a", WALK_FOLLOW), a);
	EXPECT_EQ(number_of(fs, "to_a/", 0), a);
	EXPECT_EQ(number_of(fs, "to_a/b", 0), b);
	EXPECT_EQ(number_of(fs, "to_a/to_b", WALK_FOLLOW), b);
	EXPECT_EQ(number_of(fs, "to_a/to_b/", WALK_FOLLOW), -ENOTDIR);
	EXPECT_EQ(number_of(fs, "dangling", WALK_FOLLOW), -ENOENT);
	EXPECT(number_of(fs, "dangling", 0) > 0);
	EXPECT_EQ(number_of(fs, "loop", WALK_FOLLOW), -ELOOP);
	EXPECT_EQ(number_of(fs, "to_root/" SCRATCH "/a", 0), a);
	EXPECT_EQ(number_of(fs, "to_root//", 0), (int)tree_root->ino);
	end(fs);
}

// Each link names the link before it, and the first one a file. Forty may be followed, not more.
KTEST(path_follows_forty_links)
{
	struct fs_context *fs = begin();
	char name[16], target[16] = "file";

	make_file(fs, "file");
	for (int i = 0; i <= SYMLOOP_MAX; i++) {
		snprintf(name, sizeof(name), "link_%d", i);
		EXPECT_EQ(names_symlink(fs, target, NULL, name), 0);
		strcpy(target, name);
	}
	snprintf(name, sizeof(name), "link_%d", SYMLOOP_MAX - 1);
	EXPECT_EQ(number_of(fs, name, WALK_FOLLOW), number_of(fs, "file", 0));
	EXPECT_EQ(number_of(fs, target, WALK_FOLLOW), -ELOOP);
	end(fs);
}

KTEST(names_are_made_and_removed)
{
	struct fs_context *fs = begin();

	EXPECT_EQ(make_dir(fs, "d/"), 0);
	EXPECT_EQ(make_dir(fs, "d"), -EEXIST);
	EXPECT_EQ(make_file(fs, "f/"), -ENOENT);
	EXPECT_EQ(make_file(fs, "d/f"), 0);
	EXPECT_EQ(make_file(fs, "d/f/g"), -ENOTDIR);
	EXPECT_EQ(names_rmdir(fs, NULL, "d"), -ENOTEMPTY);
	EXPECT_EQ(names_rmdir(fs, NULL, "d/f"), -ENOTDIR);
	EXPECT_EQ(names_rmdir(fs, NULL, "d/."), -EINVAL);
	EXPECT_EQ(names_rmdir(fs, NULL, "d/.."), -ENOTEMPTY);
	EXPECT_EQ(names_rmdir(fs, NULL, "/"), -EBUSY);
	EXPECT_EQ(names_rmdir(fs, NULL, "/proc"), -EBUSY);
	EXPECT_EQ(names_unlink(fs, NULL, "d"), -EISDIR);
	EXPECT_EQ(names_unlink(fs, NULL, "d/f/"), -ENOTDIR);
	EXPECT_EQ(names_unlink(fs, NULL, "d/f"), 0);
	EXPECT_EQ(names_unlink(fs, NULL, "d/f"), -ENOENT);
	EXPECT_EQ(names_rmdir(fs, NULL, "d/"), 0);
	EXPECT_EQ(names_rmdir(fs, NULL, "d"), -ENOENT);
	end(fs);
}

KTEST(removed_directory_stays_empty)
{
	struct fs_context *fs = begin();
	struct inode *dir, *parent;

	make_dir(fs, "d");
	EXPECT_EQ(path_lookup(fs, NULL, "d", 0, &dir), 0);
	EXPECT_EQ(names_rmdir(fs, NULL, "d"), 0);
	EXPECT_EQ(names_make(fs, &(struct position){ dir, NULL }, "f", S_IFREG | 0644, 0), -ENOENT);
	EXPECT_EQ(dir->nlink, 0);
	EXPECT_EQ(path_lookup(fs, &(struct position){ dir, NULL }, "..", 0, &parent),
	          0); // ".." of a removed directory still works
	EXPECT_EQ((int)parent->ino, number_of(fs, ".", 0));
	inode_put(parent);
	inode_put(dir);
	end(fs);
}

KTEST(rename_follows_posix)
{
	struct fs_context *fs = begin();
	int f, g;

	make_dir(fs, "d");
	make_dir(fs, "d/e");
	make_file(fs, "f");
	make_file(fs, "g");
	f = number_of(fs, "f", 0);
	g = number_of(fs, "g", 0);
	EXPECT_EQ(move(fs, "nothing", "x", 0), -ENOENT);
	EXPECT_EQ(move(fs, "d", "d/e/x", 0), -EINVAL);
	EXPECT_EQ(move(fs, "d/e", "d", 0), -ENOTEMPTY);
	EXPECT_EQ(move(fs, "d", "f", 0), -ENOTDIR);
	EXPECT_EQ(move(fs, "f", "d", 0), -EISDIR);
	EXPECT_EQ(move(fs, "f", "h/", 0), -ENOTDIR);
	EXPECT_EQ(move(fs, ".", "x", 0), -EBUSY);
	EXPECT_EQ(move(fs, "f", "d/..", 0), -EBUSY);
	EXPECT_EQ(move(fs, "f", "/proc/x", 0), -EXDEV);
	EXPECT_EQ(move(fs, "f", "g", RENAME_NOREPLACE), -EEXIST);
	EXPECT_EQ(move(fs, "f", "g", RENAME_NOREPLACE | RENAME_EXCHANGE), -EINVAL);
	EXPECT_EQ(move(fs, "f", "g", RENAME_EXCHANGE), 0);
	EXPECT_EQ(number_of(fs, "f", 0), g);
	EXPECT_EQ(number_of(fs, "g", 0), f);
	EXPECT_EQ(move(fs, "f", "d/e/f", 0), 0);
	EXPECT_EQ(number_of(fs, "f", 0), -ENOENT);
	EXPECT_EQ(number_of(fs, "d/e/f", 0), g);
	EXPECT_EQ(move(fs, "d/e/f", "g", 0), 0); // replaces the other
	EXPECT_EQ(number_of(fs, "g", 0), g);
	EXPECT_EQ(move(fs, "d/e", "e/", 0), 0);
	EXPECT(number_of(fs, "e", 0) > 0);
	EXPECT_EQ(number_of(fs, "e/..", 0), number_of(fs, ".", 0));
	end(fs);
}

KTEST(hard_links_count)
{
	struct fs_context *fs = begin();
	struct inode *inode, *dir;

	make_dir(fs, "d");
	make_file(fs, "f");
	EXPECT_EQ(path_lookup(fs, NULL, "f", 0, &inode), 0);
	EXPECT_EQ(path_lookup(fs, NULL, "d", 0, &dir), 0);
	EXPECT_EQ(names_link(fs, &(struct position){ inode, NULL }, NULL, "d/g"), 0);
	EXPECT_EQ(names_link(fs, &(struct position){ inode, NULL }, NULL, "f"), -EEXIST);
	EXPECT_EQ(names_link(fs, &(struct position){ inode, NULL }, NULL, "g/"), -ENOENT);
	EXPECT_EQ(names_link(fs, &(struct position){ inode, NULL }, NULL, "/proc/g"), -ENOENT);
	EXPECT_EQ(names_link(fs, &(struct position){ dir, NULL }, NULL, "x"), -EPERM);
	EXPECT_EQ(inode->nlink, 2);
	EXPECT_EQ(move(fs, "f", "d/g", 0), 0); // two names of one file: nothing is done
	EXPECT_EQ(inode->nlink, 2);
	EXPECT_EQ(names_unlink(fs, NULL, "f"), 0);
	EXPECT_EQ(names_unlink(fs, NULL, "d/g"), 0);
	EXPECT_EQ(inode->nlink, 0);
	EXPECT_EQ(names_link(fs, &(struct position){ inode, NULL }, NULL, "f"), -ENOENT);
	EXPECT_EQ(inode->refs, 1);
	inode_put(inode);
	inode_put(dir);
	end(fs);
}

static bool path_is(struct fs_context *fs, struct inode *inode, const char *want)
{
	char text[128], *path = path_text(fs, inode, text, sizeof(text));

	if (path && strcmp(path, want) == 0)
		return true;
	ktest_fail(__FILE__, __LINE__, "path is %s, expected %s", path ? path : "too long", want);
	return false;
}

KTEST(inodes_know_their_paths)
{
	struct fs_context *fs = begin();
	struct inode *inode;
	char small[8];

	make_dir(fs, "d");
	make_file(fs, "d/f");
	EXPECT_EQ(path_lookup(fs, NULL, "d/f", 0, &inode), 0);
	path_is(fs, inode, SCRATCH "/d/f");
	EXPECT_EQ(move(fs, "d", "e", 0), 0);
	path_is(fs, inode, SCRATCH "/e/f");
	EXPECT(!path_text(fs, inode, small, sizeof(small)));
	names_remove_all(SCRATCH "/e");
	path_is(fs, inode, SCRATCH "/e/f (deleted)");
	path_is(fs, tree_root, "/");
	inode_put(inode);
	end(fs);
}

// Many names, so that the trees grow deep. A listing has the order of creation.
KTEST(directories_hold_many_names)
{
	struct fs_context *fs = begin();
	const int count = 300;
	struct entry *entry;
	struct inode *dir;
	char name[16];
	int i = 0;

	EXPECT_EQ(path_lookup(fs, NULL, ".", 0, &dir), 0);
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		EXPECT_EQ(make_file(fs, name), 0);
	}
	EXPECT_EQ(dir->dir.count, count);
	i = 0;
	mutex_lock(&tree_lock);
	for (entry = tree_next(dir, 0); entry; entry = tree_after(entry)) {
		snprintf(name, sizeof(name), "n%d", i++);
		EXPECT(strcmp(entry->text, name) == 0);
		mutex_unlock(&tree_lock); // nobody else changes this directory
		EXPECT_EQ(number_of(fs, entry->text, 0), (int)entry->inode->ino);
		mutex_lock(&tree_lock);
	}
	mutex_unlock(&tree_lock);
	EXPECT_EQ(i, count);
	for (i = 0; i < count; i += 2) {
		snprintf(name, sizeof(name), "n%d", i);
		EXPECT_EQ(names_unlink(fs, NULL, name), 0);
	}
	EXPECT_EQ(dir->dir.count, count / 2);
	EXPECT_EQ(number_of(fs, "n0", 0), -ENOENT);
	EXPECT(number_of(fs, "n1", 0) > 0);
	mutex_lock(&tree_lock);
	EXPECT_EQ(tree_next(dir, 0)->text[1], '1');
	mutex_unlock(&tree_lock);
	inode_put(dir);
	end(fs);
}

// A chain of removed directories, each kept only by a reference of the one below. When the last
// reference is dropped, they are freed one after the other, without recursion.
KTEST(removed_chain_is_freed)
{
	struct fs_context *fs = begin();
	const int depth = 2000;
	struct inode *dir, *next;
	size_t pages;

	names_remove_all(SCRATCH "/warm");
	pages = heap_pages();
	EXPECT_EQ(path_lookup(fs, NULL, ".", 0, &dir), 0);
	for (int i = 0; i < depth; i++) {
		EXPECT_EQ(names_make(fs, &(struct position){ dir, NULL }, "d", S_IFDIR | 0755, 0),
		          0);
		EXPECT_EQ(path_lookup(fs, &(struct position){ dir, NULL }, "d", 0, &next), 0);
		inode_put(dir);
		dir = next;
	}
	names_remove_all(SCRATCH "/d");
	EXPECT_EQ(dir->nlink, 0);
	EXPECT(heap_pages() > pages);
	inode_put(dir);
	EXPECT(heap_pages() <= pages + 2);
	end(fs);
}
