// test_memory.c: the file system when it is out of memory. Every allocation of a series of calls is
// made to fail once. Each call then does all of its work or nothing, and nothing leaks.
#include "debug/ktest.h"
#include "fs/fdtable.h"
#include "fs/name_changes.h"
#include "fs/open.h"
#include "fs/pipe.h"
#include "fs/uio.h"
#include "mem/fail_alloc.h"
#include "mem/heap.h"
#include "mem/page.h"
#include <abi/fcntl.h>

#ifdef DEBUG

#define SCRATCH "/tmp/memory"

static struct fs_context *fs;

// Accept 0 and the failure that is expected here; report anything else.
static int allowed(int result, int line)
{
	if (result < 0 && result != -ENOMEM)
		ktest_fail(__FILE__, line, "error %d instead of -ENOMEM", result);
	return result;
}

#define ALLOWED(call) allowed(call, __LINE__)

static void change_names(void)
{
	struct inode *inode;

	if (ALLOWED(names_make(fs, NULL, SCRATCH "/d", S_IFDIR | 0755, 0)))
		return;
	if (ALLOWED(names_make(fs, NULL, SCRATCH "/d/f", S_IFREG | 0644, 0)))
		return;
	ALLOWED(names_symlink(fs, "d/f", NULL, SCRATCH "/l"));
	if (ALLOWED(path_lookup(fs, NULL, SCRATCH "/d/f", WALK_FOLLOW, &inode)))
		return;
	ALLOWED(names_link(fs, &(struct position){ inode, NULL }, NULL, SCRATCH "/g"));
	ALLOWED(names_rename(fs, (struct place){ NULL, SCRATCH "/d/f" },
	                     (struct place){ NULL, SCRATCH "/h" }, 0));
	EXPECT(inode->nlink >= 1);
	inode_put(inode);
}

static void use_files(void)
{
	struct fdtable *table = fdtable_create(), *copy;
	struct file *file, *ends[2];
	char bytes[100] = { 0 };
	struct uio uio;

	if (!table)
		return;
	if (!ALLOWED(file_open_kernel(SCRATCH "/new", O_RDWR | O_CREAT, &file))) {
		uio = uio_kernel(bytes, sizeof(bytes));
		ALLOWED(file_write(file, &uio, NULL));
		ALLOWED(MIN(fd_add(table, file_get(file), 20, true), 0));
		file_put(file);
	}
	if (!ALLOWED(pipe_create_files(O_NONBLOCK, ends))) {
		uio = uio_kernel(bytes, sizeof(bytes));
		ALLOWED(file_write(ends[1], &uio, NULL));
		file_put(ends[0]);
		file_put(ends[1]);
	}
	if (!ALLOWED(file_open_kernel("/proc/meminfo", O_RDONLY, &file))) {
		uio = uio_kernel(bytes, sizeof(bytes));
		ALLOWED(file_read(file, &uio, NULL));
		file_put(file);
	}
	if (!ALLOWED(file_open_kernel("/proc/self/fd", O_RDONLY, &file)))
		file_put(file);
	copy = fdtable_copy(table);
	if (copy)
		fdtable_put(copy);
	fdtable_put(table);
}

// Run `series` with its first allocation failing, then with its second, and so on until none fails.
static void fail_each(void (*series)(void))
{
	size_t heap, free;
	uint32_t n, unseen;

	fs = fs_context_create();
	EXPECT_EQ(names_make(fs, NULL, SCRATCH, S_IFDIR | 0755, 0), 0);
	series(); // make what is made once and kept
	names_remove_all(SCRATCH "/d");
	for (n = 1, unseen = 0; n < 200 && unseen == 0; n++) {
		names_remove_all(SCRATCH);
		EXPECT_EQ(names_make(fs, NULL, SCRATCH, S_IFDIR | 0755, 0), 0);
		heap = heap_pages();
		free = page_free_count();
		mem_fail_after(n);
		series();
		unseen = mem_fail_after(0);
		names_remove_all(SCRATCH);
		EXPECT_EQ(names_make(fs, NULL, SCRATCH, S_IFDIR | 0755, 0), 0);
		if (heap_pages() != heap || page_free_count() != free)
			ktest_fail(__FILE__, __LINE__,
			           "failure %u: heap %zu -> %zu pages, free %zu -> %zu", n, heap,
			           heap_pages(), free, page_free_count());
	}
	EXPECT(n > 8 && n < 200);
	names_remove_all(SCRATCH);
	fs_context_put(fs);
}

KTEST(names_survive_lack_of_memory)
{
	fail_each(change_names);
}

KTEST(files_survive_lack_of_memory)
{
	fail_each(use_files);
}

#endif
