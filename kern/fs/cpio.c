// cpio.c: unpacking archives. Every number in an archive is checked against the archive's bounds
// before it is used, and names are resolved by the same walk as a program's.
//
// An entry is a header of 110 characters, the name with its NUL, padding to 4 bytes, the data,
// and padding to 4 bytes. The header's numbers are hexadecimal, with eight digits each.
#include "fs/cpio.h"

#include "fs/name_changes.h"
#include "mem/heap.h"
#include "mem/page.h"
#include "thread/yield.h"
#include "vm/object.h"
#include <abi/device.h>
#include <abi/limits.h>

// Approximate costs in instructions: an entry without its contents, and a page freed.
#define ENTRY_COST 3000
#define FREE_COST 100

#define MAGIC "070701"
#define MAGIC_LENGTH 6
#define TRAILER "TRAILER!!!"

enum field {
	INO,
	MODE,
	UID,
	GID,
	NLINK,
	MTIME,
	FILE_SIZE,
	DEV_MAJOR,
	DEV_MINOR,
	RDEV_MAJOR,
	RDEV_MINOR,
	NAME_SIZE,
	FIELDS = NAME_SIZE + 2, // a checksum comes last, which this format leaves 0
};

#define HEADER_LENGTH (MAGIC_LENGTH + FIELDS * 8)

// A name may be padded with NULs by up to a page, so that the data after it begin on a page.
#define NAME_SIZE_MAX (PATH_MAX + PAGE_SIZE)

struct cpio_entry {
	uint32_t field[FIELDS];
	char name[PATH_MAX];
	const char *data; // data[FILE_SIZE], within the archive
};

// A file that has several names in the archive. The first name creates it.
struct cpio_link {
	struct list link;
	uint32_t ino, dev_major, dev_minor; // identify the file within the archive
	struct inode *inode;                // a reference
};

struct cpio {
	const char *base; // the archive's start: alignment is counted from here
	size_t size;
	size_t at;     // how many bytes have been read
	bool in_place; // files may take their pages out of the archive
	// The rest of the last page that a file took. It still contains headers. When they have
	// been read, the rest is cleared, since bytes beyond a file's end must be 0. Until then the
	// page is pinned: a later entry might remove the file.
	char *tail, *tail_end;
	struct list links; // struct cpio_link
	struct fs_context context;
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

// Convert the numbers of a header. Returns false if one has another character than a digit.
static bool read_fields(const char *text, uint32_t *field)
{
	for (int i = 0; i < FIELDS; i++) {
		field[i] = 0;
		for (int j = 0; j < 8; j++) {
			int digit = hex_digit(*text++);

			if (digit < 0)
				return false;
			field[i] = field[i] << 4 | (uint32_t)digit;
		}
	}
	return true;
}

// Take `n` bytes and the padding after them off the archive. Returns NULL if there are fewer.
// The padding may be missing at the archive's end.
static const char *take(struct cpio *cpio, size_t n)
{
	const char *bytes = cpio->base + cpio->at;
	size_t left = cpio->size - cpio->at;

	if (n > left)
		return NULL;
	cpio->at += MIN(ROUND_UP(n, 4), left);
	return bytes;
}

// Read the next entry. Returns 1; 0 at the entry that ends the archive; -EINVAL if the archive
// is damaged. Its name must end within its size, or a string function would read beyond the
// archive.
static int read_entry(struct cpio *cpio, struct cpio_entry *entry)
{
	const char *header = cpio->base + cpio->at, *name = header + HEADER_LENGTH;
	uint32_t name_size;

	if (cpio->size - cpio->at < HEADER_LENGTH)
		return -EINVAL;
	if (memcmp(header, MAGIC, MAGIC_LENGTH) != 0 ||
	    !read_fields(header + MAGIC_LENGTH, entry->field))
		return -EINVAL;
	name_size = entry->field[NAME_SIZE];
	if (name_size == 0 || name_size > NAME_SIZE_MAX || !take(cpio, HEADER_LENGTH + name_size))
		return -EINVAL;
	if (strnlen(name, MIN(name_size, PATH_MAX)) == MIN(name_size, PATH_MAX))
		return -EINVAL;
	strcpy(entry->name, name);
	entry->data = take(cpio, entry->field[FILE_SIZE]);
	if (!entry->data)
		return -EINVAL;
	return strcmp(entry->name, TRAILER) != 0;
}

// Clear the rest of the last page that a file took, once all headers up to `at`, which lies
// beyond it, have been read.
static void clear_tail(struct cpio *cpio, const char *at)
{
	if (cpio->tail && at >= cpio->tail_end) {
		memset(cpio->tail, 0, (size_t)(cpio->tail_end - cpio->tail));
		page_unpin(virt_to_page(cpio->tail));
		cpio->tail = NULL;
	}
}

// Let the object have the pages in which the data lie. Returns 0 or -ENOMEM.
static int take_pages(struct cpio *cpio, struct object *object, const char *data, size_t size)
{
	size_t count = (size + PAGE_SIZE - 1) / PAGE_SIZE;
	int error = object_truncate(object, size);

	for (size_t i = 0; i < count && !error; i++)
		error = object_adopt_page(object, (uint32_t)i, virt_to_page(data + i * PAGE_SIZE));
	if (error || size % PAGE_SIZE == 0)
		return error;
	error = page_pin(virt_to_page(data + size));
	if (error)
		return error;
	cpio->tail = (char *)data + size;
	cpio->tail_end = (char *)data + count * PAGE_SIZE;
	return 0;
}

// Give an empty file its contents. Returns 0 or -errno. Of the several names of one file only
// one carries data.
static int fill(struct cpio *cpio, struct inode *inode, const struct cpio_entry *entry)
{
	size_t size = entry->field[FILE_SIZE];
	ssize_t n;

	if (!size || !inode->object)
		return 0;
	if (cpio->in_place && (uintptr_t)entry->data % PAGE_SIZE == 0 &&
	    inode->object->resident == 0)
		return take_pages(cpio, inode->object, entry->data, size);
	n = object_write(inode->object, 0, entry->data, size);
	if (n < 0)
		return (int)n;
	return (size_t)n < size ? -ENOMEM : 0;
}

static struct cpio_link *find_link(struct cpio *cpio, const struct cpio_entry *entry)
{
	struct cpio_link *link;

	list_for_each(link, &cpio->links, link)
		if (link->ino == entry->field[INO] && link->dev_major == entry->field[DEV_MAJOR] &&
		    link->dev_minor == entry->field[DEV_MINOR])
			return link;
	return NULL;
}

// Remember the file, for further names in the archive. Returns 0 or -ENOMEM.
static int remember_link(struct cpio *cpio, const struct cpio_entry *entry, struct inode *inode)
{
	struct cpio_link *link = kmalloc(sizeof(*link));

	if (!link)
		return -ENOMEM;
	link->ino = entry->field[INO];
	link->dev_major = entry->field[DEV_MAJOR];
	link->dev_minor = entry->field[DEV_MINOR];
	link->inode = inode_get(inode);
	list_add(&cpio->links, &link->link);
	return 0;
}

static void set_attributes(struct inode *inode, const struct cpio_entry *entry)
{
	inode->mode = (inode->mode & S_IFMT) | (entry->field[MODE] & 07777);
	inode->uid = entry->field[UID];
	inode->gid = entry->field[GID];
	inode->mtime = (int64_t)entry->field[MTIME] * 1000000000;
}

// Find the inode for an entry that is no directory: a new one, or the one of an earlier name.
// Stores a new reference. Returns 0, -EINVAL for a bad link text, or -ENOMEM.
static int entry_inode(struct cpio *cpio, const struct cpio_entry *entry, struct inode **store)
{
	mode_t mode = entry->field[MODE];
	size_t size = entry->field[FILE_SIZE];
	struct cpio_link *link = NULL;

	if ((mode & S_IFMT) == S_IFLNK) {
		if (size == 0 || size >= PATH_MAX || memchr(entry->data, '\0', size))
			return -EINVAL;
		*store = inode_create_symlink(entry->data, size);
		return *store ? 0 : -ENOMEM;
	}
	if ((mode & S_IFMT) == S_IFREG && entry->field[NLINK] > 1)
		link = find_link(cpio, entry);
	*store = link ? inode_get(link->inode) :
	                inode_create(mode & (S_IFMT | 07777), VOLUME_TREE, NULL);
	if (!*store)
		return -ENOMEM;
	if ((mode & S_IFMT) == S_IFCHR || (mode & S_IFMT) == S_IFBLK)
		(*store)->rdev = makedev(entry->field[RDEV_MAJOR], entry->field[RDEV_MINOR]);
	if (!link && (mode & S_IFMT) == S_IFREG && entry->field[NLINK] > 1)
		return remember_link(cpio, entry, *store);
	return 0;
}

// Make a directory, or give one that exists the attributes of the entry. Returns 0 or -errno.
static int unpack_directory(struct cpio *cpio, const struct cpio_entry *entry)
{
	int error = names_make(&cpio->context, NULL, entry->name,
	                       S_IFDIR | (entry->field[MODE] & 07777), 0);
	struct inode *inode;

	if (error && error != -EEXIST)
		return error;
	error = path_lookup(&cpio->context, NULL, entry->name, 0, &inode);
	if (error)
		return error;
	if (inode_is(inode, S_IFDIR))
		set_attributes(inode, entry);
	else
		error = -EEXIST;
	inode_put(inode);
	return error;
}

// Make a file that is no directory. It is filled before it gets its name. If the name exists,
// what it names is removed. Returns 0 or -errno.
static int unpack_other(struct cpio *cpio, const struct cpio_entry *entry)
{
	struct inode *inode = NULL;
	int error = entry_inode(cpio, entry, &inode);

	if (!error && inode_is(inode, S_IFREG))
		error = fill(cpio, inode, entry);
	if (!error) {
		set_attributes(inode, entry);
		error = names_link(&cpio->context, &(struct position){ inode, NULL }, NULL,
		                   entry->name);
	}
	if (error == -EEXIST) {
		error = names_unlink(&cpio->context, NULL, entry->name);
		if (!error)
			error = names_link(&cpio->context, &(struct position){ inode, NULL }, NULL,
			                   entry->name);
	}
	inode_put(inode);
	return error;
}

// Unpack one entry. Returns 0 or -errno.
static int unpack_entry(struct cpio *cpio, const struct cpio_entry *entry)
{
	switch (entry->field[MODE] & S_IFMT) {
	case S_IFDIR:
		return unpack_directory(cpio, entry);
	case S_IFREG:
	case S_IFLNK:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return unpack_other(cpio, entry);
	default:
		return -EINVAL;
	}
}

// Drop the references on all files with several names.
static void forget_links(struct cpio *cpio)
{
	struct cpio_link *link, *after;

	list_for_each_safe(link, after, &cpio->links, link) {
		inode_put(link->inode);
		kfree(link);
	}
}

// Record the result of entry `number`: count it, or keep the first error.
static void note_result(struct cpio_result *result, size_t number, int error)
{
	if (!error) {
		result->count++;
	} else if (!result->error) {
		result->error = error;
		result->failed = number;
	}
}

// Unpack all entries. An entry takes 4 KiB for its name, so it is not on the kernel stack of 8
// KiB.
static struct cpio_result unpack(struct cpio *cpio)
{
	struct cpio_entry *entry = kmalloc(sizeof(*entry));
	struct cpio_result result = { 0 };
	size_t number = 0;
	int more = -ENOMEM;

	list_init(&cpio->links);
	cpio->context = (struct fs_context){ .refs = 1,
		                             .root.inode = tree_root,
		                             .cwd.inode = tree_root };
	for (; entry && (more = read_entry(cpio, entry)) > 0; number++) {
		int error;

		clear_tail(cpio, entry->data);
		error = unpack_entry(cpio, entry);
		if (error)
			printk(LOG_ERR, "cpio: cannot unpack %.64s: error %d\n", entry->name,
			       -error);
		note_result(&result, number, error);
		(void)yield_after(ENTRY_COST);
	}
	if (more < 0) {
		printk(LOG_ERR, "cpio: error %d at byte %zu of the archive\n", -more, cpio->at);
		note_result(&result, number, more);
	}
	clear_tail(cpio, cpio->tail_end);
	forget_links(cpio);
	kfree(entry);
	return result;
}

struct cpio_result cpio_unpack_copy(const void *archive, size_t size)
{
	struct cpio cpio = { .base = archive, .size = size };

	return unpack(&cpio);
}

struct cpio_result cpio_unpack(physaddr_t start, physaddr_t end)
{
	struct cpio cpio = { .base = phys_to_virt(start), .size = end - start, .in_place = true };
	struct cpio_result result = unpack(&cpio);

	assert_no_lock();
	// The pages that no file has taken were reserved only for the archive.
	for (physaddr_t pa = ROUND_UP(start, PAGE_SIZE); pa < ROUND_UP(end, PAGE_SIZE);
	     pa += PAGE_SIZE) {
		page_t *pp = phys_to_page(pa);

		if (pp->kind == PAGE_RESERVED) {
			pp->kind = PAGE_ANONYMOUS;
			page_free(pp);
			(void)yield_after(FREE_COST);
		}
	}
	return result;
}
