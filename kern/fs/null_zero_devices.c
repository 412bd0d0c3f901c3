// null_zero_devices.c: /dev/mem, null, zero, full, random and urandom (mem(4), null(4), full(4),
// random(4)).
#include "fs/null_zero_devices.h"

#include "fs/async_file.h"
#include "fs/device.h"
#include "fs/name_changes.h"
#include "fs/random.h"
#include "fs/uio.h"
#include "vm/aspace.h"
#include <abi/mman.h>

static ssize_t read_nothing(struct file *file, struct uio *uio, uint64_t *pos)
{
	(void)file;
	(void)uio;
	(void)pos;
	return 0;
}

static ssize_t write_nothing(struct file *file, struct uio *uio, uint64_t *pos)
{
	(void)file;
	(void)pos;
	return (ssize_t)uio->left;
}

static ssize_t write_full(struct file *file, struct uio *uio, uint64_t *pos)
{
	(void)file;
	(void)uio;
	(void)pos;
	return -ENOSPC;
}

// The error counts only if no byte was stored.
static ssize_t read_zeroes(struct file *file, struct uio *uio, uint64_t *pos)
{
	size_t wanted = uio->left, n = uio_zero(uio, wanted);

	(void)file;
	(void)pos;
	return n || !wanted ? (ssize_t)n : -EFAULT;
}

static ssize_t read_random(struct file *file, struct uio *uio, uint64_t *pos)
{
	size_t wanted = uio->left, done = random_copyout(uio);

	(void)file;
	(void)pos;
	return done || !wanted ? (ssize_t)done : -EFAULT;
}

// A mapping of /dev/zero is anonymous memory. Only a private one shows the device's name in
// /proc/PID/maps, as on Linux.
static int map_zeroes(struct file *file, struct map_request *request)
{
	(void)file;
	request->offset = 0;
	if (!(request->flags & AREA_SHARED))
		request->name = "/dev/zero";
	return 0;
}

// Map physical memory. A read or write is not possible, as the effect on a device depends on the
// width of each access, which read() and write() do not say. A private mapping would have to
// copy a page that is written to, so it may not be written.
static int map_memory(struct file *file, struct map_request *request)
{
	(void)file;
	if (!(request->flags & AREA_SHARED)) {
		if (request->prot & PROT_WRITE)
			return -EACCES;
		request->flags |= AREA_NOWRITE;
	}
	request->flags |= AREA_UNCACHED;
	request->name = "/dev/mem";
	return linear_request(request);
}

// There are no positions, but asking for one is no error: Linux's null_lseek does the same.
static int64_t seek_nowhere(struct file *file, int64_t offset, int whence)
{
	(void)offset;
	(void)whence;
	file->position = 0;
	return 0;
}

static const struct file_ops null_ops = {
	.splices = SPLICES_TO,
	.read = read_nothing,
	.write = write_nothing,
	.lseek = seek_nowhere,
};

static const struct file_ops memory_ops = {
	.mmap = map_memory,
};

static const struct file_ops zero_ops = {
	.splices = SPLICES_FROM | SPLICES_TO,
	.read = read_zeroes,
	.write = write_nothing,
	.lseek = seek_nowhere,
	.mmap = map_zeroes,
};

static const struct file_ops full_ops = {
	.splices = SPLICES_FROM,
	.read = read_zeroes,
	.write = write_full,
	.lseek = seek_nowhere,
};

// Linux takes O_ASYNC, but there is never anything to signal after boot.
static struct async_set *async_random(struct file *file)
{
	static struct async_set set = { .files = LIST_INIT(set.files) };

	(void)file;
	return &set;
}

static const struct file_ops random_ops = {
	.splices = SPLICES_FROM | SPLICES_TO,
	.read = read_random,
	.async = async_random,
	.write = write_nothing,
	.lseek = seek_nowhere,
};

// The numbers are Linux's ("Linux allocated devices").
static struct device devices[] = {
	{ .name = "mem",
	  .major_number = 1,
	  .minor_number = 1,
	  .permissions = 0600,
	  .ops = &memory_ops },
	{ .name = "null",
	  .major_number = 1,
	  .minor_number = 3,
	  .permissions = 0666,
	  .ops = &null_ops },
	{ .name = "zero",
	  .major_number = 1,
	  .minor_number = 5,
	  .permissions = 0666,
	  .ops = &zero_ops },
	{ .name = "full",
	  .major_number = 1,
	  .minor_number = 7,
	  .permissions = 0666,
	  .ops = &full_ops },
	{ .name = "random",
	  .major_number = 1,
	  .minor_number = 8,
	  .permissions = 0666,
	  .ops = &random_ops },
	{ .name = "urandom",
	  .major_number = 1,
	  .minor_number = 9,
	  .permissions = 0666,
	  .ops = &random_ops },
};

static const struct {
	const char *path, *target;
} links[] = {
	{ "/dev/fd", "/proc/self/fd" },
	{ "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" },
	{ "/dev/stderr", "/proc/self/fd/2" },
};

void null_zero_devices_init(void)
{
	struct fs_context context = { .root.inode = tree_root, .cwd.inode = tree_root };

	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		device_register(&devices[i]);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (names_symlink(&context, links[i].target, NULL, links[i].path))
			panic("null_zero_devices_init: cannot make %s", links[i].path);
}
