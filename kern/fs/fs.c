// fs.c: the file system as the first program finds it, before /proc, the terminals and the
// archive are added.
#include "fs/fs.h"

#include "fs/async_file.h"
#include "fs/epoll.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "fs/name_changes.h"
#include "fs/null_zero_devices.h"
#include "fs/random.h"
#include "fs/userfaultfd.h"

static const struct {
	const char *path;
	mode_t mode;
} directories[] = {
	{ "/dev", 0755 },      { "/dev/pts", 0755 }, // the slaves of pseudoterminals
	{ "/dev/shm", 01777 },                       // shm_open(3)
	{ "/tmp", 01777 },     { "/run", 0755 },
};

void fs_init(void)
{
	struct fs_context context;

	epoll_init();
	inodes_init();
	tree_init();
	mounts_init();
	context = (struct fs_context){ .root.inode = tree_root, .cwd.inode = tree_root };
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		if (names_make(&context, NULL, directories[i].path, S_IFDIR | directories[i].mode,
		               0))
			panic("fs_init: cannot make %s", directories[i].path);
	random_init();
	null_zero_devices_init();
	userfaultfd_init();
	async_files_init();
}
