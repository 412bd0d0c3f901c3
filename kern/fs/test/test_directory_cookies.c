// test_directory_cookies.c: the positions of a directory's entries, after so many creations that the
// numbers begin anew.
#include "debug/ktest.h"
#include "fs/directory_tree.h"
#include "fs/name_changes.h"
#include <stdio.h>

#define SCRATCH "/tmp/ktest"

// Make and remove names in a new directory whose next cookie is `next`. Returns the directory.
static struct inode *begin(struct fs_context **fs_store, uint32_t next)
{
	struct fs_context *fs = *fs_store = fs_context_create();
	struct inode *dir;

	names_remove_all(SCRATCH);
	EXPECT_EQ(names_make(fs, NULL, SCRATCH, S_IFDIR | 0755, 0), 0);
	EXPECT_EQ(path_lookup(fs, NULL, SCRATCH, 0, &dir), 0);
	EXPECT_EQ(names_chdir(fs, &(struct position){ dir, NULL }), 0);
	for (int i = 0; i < 4; i++) {
		char name[8];

		snprintf(name, sizeof(name), "old%d", i);
		EXPECT_EQ(names_make(fs, NULL, name, S_IFREG | 0644, 0), 0);
	}
	mutex_lock(&tree_lock);
	dir->dir.next_cookie = next;
	tree_unlock();
	return dir;
}

static void end(struct fs_context *fs, struct inode *dir)
{
	inode_put(dir);
	fs_context_put(fs);
	names_remove_all(SCRATCH);
}

// The entries are in order, each with a cookie of its own between the first and the last. Returns how
// many there are.
static uint32_t check_order(const struct inode *dir)
{
	const struct entry *entry;
	uint32_t last = COOKIE_FIRST - 1, count = 0;

	mutex_lock(&tree_lock);
	for (entry = tree_next(dir, 0); entry; entry = tree_after(entry)) {
		EXPECT(entry->cookie > last);
		EXPECT(entry->cookie < COOKIE_END);
		last = entry->cookie;
		count++;
	}
	tree_unlock();
	return count;
}

static void make_many(struct fs_context *fs, int count)
{
	char name[16];

	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "new%d", i);
		EXPECT_EQ(names_make(fs, NULL, name, S_IFREG | 0644, 0), 0);
	}
}

KTEST(directory_cookies_begin_anew_beside_entries_that_stay)
{
	struct fs_context *fs;
	struct inode *dir = begin(&fs, COOKIE_END - 3);

	make_many(fs, 20);
	EXPECT_EQ(check_order(dir), 24);
	end(fs, dir);
}

KTEST(directory_cookies_never_leave_31_bits)
{
	struct fs_context *fs;
	struct inode *dir = begin(&fs, UINT32_MAX - 3);

	make_many(fs, 20);
	EXPECT_EQ(check_order(dir), 24);
	end(fs, dir);
}
