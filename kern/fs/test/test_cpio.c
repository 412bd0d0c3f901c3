// test_cpio.c: unpacking archives, good and bad.
#include "debug/ktest.h"
#include "fs/cpio.h"
#include "fs/name_changes.h"
#include "fs/open.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include "mem/page.h"
#include "vm/object.h"
#include <abi/fcntl.h>
#include <abi/limits.h>
#include <stdio.h>

#define SCRATCH "/tmp/cpio"

static char buffer[8192];
static char *archive; // the archive that is being written
static size_t used;   // its length

static void begin(void)
{
	archive = buffer;
	used = 0;
	memset(buffer, 0, sizeof(buffer));
}

// Append a header and a name that takes `name_size` bytes, as another program would write them.
static void header(const char *name, mode_t mode, uint32_t ino, uint32_t links, size_t size,
                   size_t name_size)
{
	const uint32_t fields[13] = {
		ino, mode, 3, 4, links, 1000, (uint32_t)size, 0, 0, 0, 0, (uint32_t)name_size, 0
	};

	used += (size_t)snprintf(archive + used, 7, "070701");
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		used += (size_t)snprintf(archive + used, 9, "%08X", fields[i]);
	strcpy(archive + used, name);
	used = ROUND_UP(used + name_size, 4);
}

static void entry(const char *name, mode_t mode, uint32_t ino, uint32_t links, const void *data,
                  size_t size)
{
	header(name, mode, ino, links, size, strlen(name) + 1);
	memcpy(archive + used, data, size);
	used = ROUND_UP(used + size, 4);
}

static void trailer(void)
{
	entry("TRAILER!!!", 0, 0, 1, "", 0);
}

// Returns the contents of a file as a string, or "" if it does not exist.
static const char *contents(const char *path)
{
	static char text[64];
	struct uio uio = uio_kernel(text, sizeof(text) - 1);
	struct file *file;
	ssize_t n;

	text[0] = '\0';
	if (file_open_kernel(path, O_RDONLY, &file))
		return text;
	n = file_read(file, &uio, NULL);
	text[n < 0 ? 0 : n] = '\0';
	file_put(file);
	return text;
}

static struct stat stat_of(const char *path)
{
	struct fs_context context = { .root.inode = tree_root, .cwd.inode = tree_root };
	struct stat st = { 0 };
	struct inode *inode;

	if (path_lookup(&context, NULL, path, 0, &inode) == 0) {
		inode_stat(inode, &st);
		inode_put(inode);
	}
	return st;
}

KTEST(cpio_unpacks_every_type)
{
	begin();
	entry("tmp/cpio", S_IFDIR | 0750, 1, 2, "", 0);
	entry("./tmp/cpio/f", S_IFREG | 0640, 2, 1, "text", 4);
	entry("/tmp/cpio/l", S_IFLNK | 0777, 3, 1, "f", 1);
	entry("tmp/cpio/p", S_IFIFO | 0600, 4, 1, "", 0);
	entry("tmp/cpio/f", S_IFREG | 0604, 5, 1, "newer", 5); // replaces the first
	trailer();
	EXPECT_EQ(cpio_unpack_copy(archive, used).count, 5);
	EXPECT_EQ(strcmp(contents(SCRATCH "/l"), "newer"), 0);
	EXPECT_EQ(stat_of(SCRATCH).st_mode, S_IFDIR | 0750);
	EXPECT_EQ(stat_of(SCRATCH "/f").st_mode, S_IFREG | 0604);
	EXPECT_EQ(stat_of(SCRATCH "/f").st_uid, 3);
	EXPECT_EQ(stat_of(SCRATCH "/f").st_gid, 4);
	EXPECT_EQ(stat_of(SCRATCH "/f").st_mtime, 1000);
	EXPECT_EQ(stat_of(SCRATCH "/l").st_mode, S_IFLNK | 0777);
	EXPECT_EQ(stat_of(SCRATCH "/p").st_mode, S_IFIFO | 0600);
	names_remove_all(SCRATCH);
}

// The data of a file with several names come with the last name, or with another one.
KTEST(cpio_joins_hard_links)
{
	begin();
	entry("tmp/cpio", S_IFDIR | 0755, 1, 2, "", 0);
	entry("tmp/cpio/a", S_IFREG | 0644, 7, 3, "", 0);
	entry("tmp/cpio/b", S_IFREG | 0644, 7, 3, "", 0);
	entry("tmp/cpio/other", S_IFREG | 0644, 8, 2, "", 0);
	entry("tmp/cpio/c", S_IFREG | 0644, 7, 3, "data", 4);
	trailer();
	EXPECT_EQ(cpio_unpack_copy(archive, used).count, 5);
	EXPECT_EQ(strcmp(contents(SCRATCH "/a"), "data"), 0);
	EXPECT_EQ(stat_of(SCRATCH "/b").st_nlink, 3);
	EXPECT_EQ(stat_of(SCRATCH "/a").st_ino, stat_of(SCRATCH "/c").st_ino);
	EXPECT_EQ(stat_of(SCRATCH "/other").st_nlink, 1);
	names_remove_all(SCRATCH);
}

// Unpack the first `size` bytes of an archive that is damaged from entry `count` on. Entries before
// the damage stay, and nothing outside the archive is read.
static bool stops_at(size_t count, size_t size)
{
	struct cpio_result result = cpio_unpack_copy(archive, size);

	names_remove_all(SCRATCH);
	return result.count == count && result.failed == count && result.error == -EINVAL;
}

KTEST(cpio_survives_damage)
{
	size_t first, second;

	begin();
	entry("tmp/cpio", S_IFDIR | 0755, 1, 2, "", 0);
	first = used;
	entry("tmp/cpio/f", S_IFREG | 0644, 2, 1, "text", 4);
	second = used;
	trailer();
	for (size_t size = first; size < second - 3; size++)
		EXPECT(stops_at(1, size)); // cut off within the second entry
	EXPECT(stops_at(2, second));       // no trailer
	EXPECT(stops_at(0, 0));
	archive[first] = 'x';
	EXPECT(stops_at(1, used)); // no magic
	archive[first] = '0';
	memcpy(archive + first + 6 + 11 * 8, "FFFFFFFF", 8);
	EXPECT(stops_at(1, used)); // a name of 4 GiB
	memcpy(archive + first + 6 + 11 * 8, "00000000", 8);
	EXPECT(stops_at(1, used)); // no name
	memcpy(archive + first + 6 + 11 * 8, "0000000A", 8);
	EXPECT(stops_at(1, used)); // a name without an end
	memcpy(archive + first + 6 + 11 * 8, "0000000B", 8);
	memcpy(archive + first + 6 + 6 * 8, "FFFFFFF0", 8);
	EXPECT(stops_at(1, used)); // data of 4 GiB
	memcpy(archive + first + 6 + 6 * 8, "0000000G", 8);
	EXPECT(stops_at(1, used)); // not a number
}

KTEST(cpio_leaves_bad_entries_out)
{
	static char long_target[PATH_MAX];
	struct cpio_result result;

	memset(long_target, 't', sizeof(long_target));
	begin();
	entry("tmp/cpio", S_IFDIR | 0755, 1, 2, "", 0);
	entry("tmp/cpio/f", S_IFREG | 0644, 2, 1, "text", 4);
	entry("tmp/cpio/f/below", S_IFREG | 0644, 3, 1, "", 0);
	entry("nowhere/f", S_IFREG | 0644, 4, 1, "", 0);
	entry("tmp/cpio", S_IFREG | 0644, 5, 1, "", 0);
	entry("tmp/cpio/f", S_IFDIR | 0755, 6, 2, "", 0);
	entry("tmp/cpio/..", S_IFREG | 0644, 7, 1, "", 0);
	entry("proc/meminfo", S_IFREG | 0644, 8, 1, "", 0);
	entry("tmp/cpio/long", S_IFLNK | 0777, 9, 1, long_target, sizeof(long_target));
	entry("tmp/cpio/none", S_IFLNK | 0777, 10, 1, "", 0);
	entry("tmp/cpio/nul", S_IFLNK | 0777, 11, 1, "a\0b", 3);
	entry("tmp/cpio/what", 0170000, 12, 1, "", 0);
	entry("tmp/cpio/last", S_IFREG | 0644, 13, 1, "", 0);
	trailer();
	result = cpio_unpack_copy(archive, used);
	EXPECT_EQ(result.count, 3);
	EXPECT_EQ(result.error, -ENOTDIR);
	EXPECT_EQ(result.failed, 2);
	EXPECT_EQ(strcmp(contents(SCRATCH "/f"), "text"), 0);
	EXPECT_EQ(stat_of(SCRATCH "/last").st_mode, S_IFREG | 0644);
	EXPECT_EQ(stat_of("/proc/meminfo").st_mode, S_IFREG | 0444);
	names_remove_all(SCRATCH);
}

// An archive in pages of its own, as the boot loader brings it: if a file's data begin on a
// page, the file takes its pages over; the rest are freed.
KTEST(cpio_takes_pages_in_place)
{
	const size_t count = 6;
	struct fs_context context = { .root.inode = tree_root, .cwd.inode = tree_root };
	struct inode *inode;
	page_t *pages, *first;
	const char *behind;

	EXPECT_EQ(page_alloc_contig(&pages, count), 0);
	for (size_t i = 0; i < count; i++)
		pages[i].kind = PAGE_RESERVED;
	begin();
	archive = page_to_virt(pages);
	memset(archive, 0, count * PAGE_SIZE);
	entry("tmp/cpio", S_IFDIR | 0755, 1, 2, "", 0);
	header("tmp/cpio/big", S_IFREG | 0644, 2, 1, PAGE_SIZE + 100,
	       ROUND_UP(used + 110 + 16, PAGE_SIZE) - used - 110);
	first = virt_to_page(archive + used);
	memset(archive + used, 'B', PAGE_SIZE + 100);
	used += PAGE_SIZE + 100;
	entry("tmp/cpio/small", S_IFREG | 0644, 3, 1, "small", 5); // begins in big's last page
	trailer();

	EXPECT_EQ(cpio_unpack(page_to_phys(pages), page_to_phys(pages) + used).count, 3);
	EXPECT_EQ(strcmp(contents(SCRATCH "/small"), "small"), 0);
	EXPECT_EQ(path_lookup(&context, NULL, SCRATCH "/big", 0, &inode), 0);
	EXPECT_EQ(inode->object->resident, 2);
	EXPECT_EQ(first[0].kind, PAGE_OBJECT);
	EXPECT_EQ(first[0].count, 1);
	EXPECT_EQ(first[1].pins, 0);
	behind = (char *)page_to_virt(&first[1]) + 99;
	EXPECT_EQ(behind[0], 'B');
	EXPECT(!memchr(behind + 1, 'B', PAGE_SIZE - 100));
	EXPECT_EQ(strnlen(behind + 1, PAGE_SIZE - 100), 0); // the headers after it are gone
	EXPECT(pages->kind != PAGE_RESERVED);               // freed, and perhaps in use again
	inode_put(inode);
	for (size_t i = ROUND_UP(used, PAGE_SIZE) / PAGE_SIZE; i < count; i++) {
		pages[i].kind = PAGE_ANONYMOUS; // beyond the archive's end
		page_free(&pages[i]);
	}
	names_remove_all(SCRATCH);
	EXPECT(page_is_free(page_to_ppn(first)));
	EXPECT(page_is_free(page_to_ppn(first) + 1));
}
