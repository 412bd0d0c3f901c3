// test_procfs.c: texts that grow, and files that are generated.
#include "debug/ktest.h"
#include "fs/inode.h"
#include "fs/name_changes.h"
#include "fs/open.h"
#include "fs/readdir.h"
#include "fs/uio.h"
#include "procfs/procfs.h"
#include <abi/fcntl.h>

KTEST(seq_grows)
{
	struct seq seq = SEQ_INIT;
	bool right = true;

	for (int i = 0; i < 1000; i++)
		seq_printf(&seq, "%03d\n", i);
	EXPECT_EQ(seq.used, 4000);
	EXPECT(!seq.overflow);
	for (size_t i = 0; i < 1000; i++)
		right &= seq.text[i * 4 + 2] == '0' + (char)(i % 10) && seq.text[i * 4 + 3] == '\n';
	EXPECT(right);
	seq_free(&seq);
	EXPECT(!seq.text && !seq.used);
}

static ssize_t read_at(struct file *file, char *bytes, size_t n, uint64_t pos)
{
	struct uio uio = uio_kernel(bytes, n);

	return file_read(file, &uio, &pos);
}

// The text of a file is made when it is read from the start, and kept for later reads.
KTEST(procfs_keeps_what_it_generated)
{
	char first[256], second[256];
	struct file *file;
	ssize_t n;

	EXPECT_EQ(file_open_kernel("/proc/meminfo", O_RDONLY, &file), 0);
	n = read_at(file, first, sizeof(first), 0);
	EXPECT(n > 100 && memcmp(first, "MemTotal:", 9) == 0);
	EXPECT_EQ(read_at(file, second, 50, 10), 50);
	EXPECT_EQ(memcmp(first + 10, second, 50), 0);
	EXPECT_EQ(read_at(file, second, 50, 100000), 0);
	EXPECT_EQ(file_write(file, &(struct uio){ 0 }, NULL), -EBADF);
	EXPECT_EQ(file->ops->lseek(file, 5, SEEK_SET), 5);
	EXPECT_EQ(file->ops->lseek(file, 0, SEEK_END), -EINVAL);
	file_put(file);
}

// Every name in a listing of `dir` can be looked up, and its file is of the type listed.
static int check_listing(struct inode *dir)
{
	char bytes[512];
	struct dirent_buffer buffer = { .bytes = bytes, .size = sizeof(bytes) };
	struct file *file;
	int count = 0;

	EXPECT_EQ(file_create(inode_get(dir), O_RDONLY, &file), 0);
	do {
		buffer.used = 0;
		EXPECT_EQ(file->ops->getdents(file, &buffer), 0);
		for (size_t at = 0; at < buffer.used; count++) {
			struct dirent64 *entry = (struct dirent64 *)(bytes + at);
			const char *text = bytes + at + DIRENT64_NAME_OFFSET;
			struct name name = name_of(text, (uint32_t)strlen(text));
			struct inode *inode;

			at += entry->d_reclen;
			if (text[0] == '.' || strcmp(text, "exe") == 0)
				continue; // a process without a program has no exe
			mutex_lock(&tree_lock);
			if (tree_lookup(dir, &name, &inode) == 0) {
				EXPECT_EQ(inode->mode >> 12, entry->d_type);
				EXPECT_EQ(inode->ino, entry->d_ino);
				inode_put(inode);
			} else {
				ktest_fail(__FILE__, __LINE__, "%s is listed and not there", text);
			}
			tree_unlock();
		}
		file->position = buffer.after;
	} while (buffer.used);
	file_put(file);
	return count;
}

KTEST(procfs_finds_what_it_lists)
{
	static const char *const directories[] = { "/proc", "/proc/self", "/proc/self/fd", "/dev",
		                                   "/" };
	struct inode *dir;

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		EXPECT_EQ(file_lookup_kernel(directories[i], &dir), 0);
		EXPECT(check_listing(dir) >= 2);
		inode_put(dir);
	}
	EXPECT_EQ(file_lookup_kernel("/proc/0", &dir), -ENOENT);
	EXPECT_EQ(file_lookup_kernel("/proc/01", &dir), -ENOENT);
	EXPECT_EQ(file_lookup_kernel("/proc/99999", &dir), -ENOENT);
	EXPECT_EQ(file_lookup_kernel("/proc/self/nothing", &dir), -ENOENT);
	EXPECT_EQ(file_lookup_kernel("/proc/self/fd/x", &dir), -ENOENT);
}
