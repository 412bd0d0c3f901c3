// shm.c: segments of System V shared memory: making, describing and removing them. shm_attach.c maps
// them.
#include "ipc/shm.h"

#include "fs/directory_tree.h"
#include "fs/inode.h"
#include "fs/large_page_file.h"
#include "mem/heap.h"
#include "mem/large_pool.h"
#include "procfs/procfs.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include "thread/yield.h"
#include <stdio.h>

static size_t shm_pages; // [sysv_lock] of all segments

// An area maps the segment from now on.
static void attached(struct object_watch *watch)
{
	struct shm_segment *segment = shm_of(watch);

	spin_lock(&sysv_lock);
	segment->attached++;
	segment->attach_time = sysv_now();
	segment->last = sysv_pid();
	spin_unlock(&sysv_lock);
}

static void detached(struct object_watch *watch)
{
	struct shm_segment *segment = shm_of(watch);

	spin_lock(&sysv_lock);
	segment->detach_time = sysv_now();
	segment->last = sysv_pid();
	spin_unlock(&sysv_lock);
	shm_put(segment);
}

// Take the segment out of the table. Caller: holds sysv_lock.
static void take_out(struct shm_segment *segment)
{
	assert_spin_held(&sysv_lock);
	shm_pages -= segment->pages;
	sysv_remove(&shm_table, &segment->ipc);
}

void shm_put(struct shm_segment *segment)
{
	bool gone;

	assert_may_yield();
	spin_lock(&sysv_lock);
	gone = --segment->attached == 0 && (segment->ipc.mode & SHM_DEST);
	if (gone)
		take_out(segment);
	spin_unlock(&sysv_lock);
	if (gone)
		sysv_drop(&shm_table, &segment->ipc);
}

// Free a segment that nobody maps. Its pages go with the last reference on the file.
static void destroy(struct sysv_object *object)
{
	struct shm_segment *segment = shm_segment_of(object);

	spin_lock(&sysv_lock);
	shm_end_lock(segment);
	spin_unlock(&sysv_lock);
	inode_put(segment->inode);
	kfree(segment);
}

// Make the file of a segment of large pages (SHM_HUGETLB). Returns 0; -EINVAL for a size of pages that does not
// exist; -ENOMEM, also if there are not as many large pages.
static int make_large(const struct sysv_request *request, struct inode **store)
{
	uint32_t shift = request->flags >> SHM_HUGE_SHIFT & SHM_HUGE_MASK;
	struct large_counts counts = large_pool_counts();

	if (shift && shift != LARGE_SHIFT)
		return WHY(-EINVAL, "pages of %#x bytes do not exist", 1u << (shift & 31));
	if (request->size > (uint64_t)(counts.free - counts.reserved) << LARGE_SHIFT)
		return WHY(-ENOMEM, "there are no %#zx bytes of large pages", request->size);
	*store = large_file_inode(request->flags & 0777);
	return *store ? 0 : -ENOMEM;
}

// Make the file of a segment, named as Linux names it, and give it its size. It counts as opened for
// writing: shmat looks at the segment's permissions instead. Returns 0, -EINVAL or -ENOMEM.
static int make_file(const struct sysv_request *request, struct inode **store)
{
	char label[sizeof("SYSV00000000")];
	struct inode *inode = NULL;
	uint64_t size = request->size;
	int error;

	if (request->flags & SHM_HUGETLB) {
		error = make_large(request, &inode);
		if (error)
			return error;
		size = ROUND_UP(size, LARGE_SIZE);
	} else {
		inode = inode_create(S_IFREG | (request->flags & 0777), VOLUME_NAMELESS, NULL);
		if (!inode)
			return -ENOMEM;
	}
	snprintf(label, sizeof(label), "SYSV%08x", (uint32_t)request->key);
	error = inode_set_label(inode, tree_root, label);
	if (!error)
		error = object_truncate(inode->object, size);
	if (error) {
		inode_put(inode);
		return error;
	}
	inode->object->opened_to_write = true;
	*store = inode;
	return 0;
}

// Returns true if all segments together may have `pages` more.
static bool has_room(size_t pages)
{
	bool fits;

	spin_lock(&sysv_lock);
	fits = pages <= SHMALL - shm_pages;
	spin_unlock(&sysv_lock);
	return fits;
}

// Make a segment for a request, without its id.
static int create(const struct sysv_request *request, struct sysv_object **store)
{
	struct shm_segment *segment;
	int error;

	if (request->size < SHMMIN || request->size > SHMMAX)
		return WHY(-EINVAL, "a segment cannot have %#zx bytes", request->size);
	if (!has_room(ROUND_UP(request->size, PAGE_SIZE) / PAGE_SIZE))
		return WHY(-ENOSPC, "all segments together may have %#x pages", SHMALL);
	segment = kzalloc_lasting(sizeof(*segment));
	if (!segment)
		return -ENOMEM;
	segment->watch = (struct object_watch){ .attached = attached, .detached = detached };
	segment->size = request->size;
	segment->pages = ROUND_UP(request->size, PAGE_SIZE) / PAGE_SIZE;
	segment->creator = sysv_pid();
	segment->change_time = sysv_now();
	error = make_file(request, &segment->inode);
	if (error) {
		kfree(segment);
		return error;
	}
	segment->inode->object->watch = &segment->watch;
	*store = &segment->ipc;
	return 0;
}

// /proc/PID/maps shows the id as the file's number.
static void added(struct sysv_object *object)
{
	struct shm_segment *segment = shm_segment_of(object);

	assert_spin_held(&sysv_lock);
	segment->inode->ino = (uint32_t)object->id;
	shm_pages += segment->pages;
}

static int fits(const struct sysv_object *object, const struct sysv_request *request)
{
	size_t size = shm_segment_of(object)->size;

	assert_spin_held(&sysv_lock);
	if (size >= request->size)
		return 0;
	return WHY(-EINVAL, "the segment has %#zx bytes, not %#zx", size, request->size);
}

struct sysv_table shm_table = {
	.max = SHMMNI,
	.create = create,
	.added = added,
	.fits = fits,
	.destroy = destroy,
	SYSV_TABLE_EMPTY,
};

int shm_get(key_t key, size_t size, uint32_t flags)
{
	struct sysv_request request = { .key = key, .flags = flags, .size = size };

	return sysv_get(&shm_table, &request);
}

int shm_stat(int id, bool index, bool any, struct shmid_ds *ds)
{
	const struct shm_segment *segment;
	struct sysv_object *object;
	int error;

	spin_lock(&sysv_lock);
	object = sysv_find_to_read(&shm_table, id, index, any, &error);
	if (object) {
		segment = shm_segment_of(object);
		*ds = (struct shmid_ds){
			.shm_segsz = segment->size,
			.shm_atime = (uint32_t)segment->attach_time,
			.shm_atime_high = (uint32_t)(segment->attach_time >> 32),
			.shm_dtime = (uint32_t)segment->detach_time,
			.shm_dtime_high = (uint32_t)(segment->detach_time >> 32),
			.shm_ctime = (uint32_t)segment->change_time,
			.shm_ctime_high = (uint32_t)(segment->change_time >> 32),
			.shm_cpid = segment->creator,
			.shm_lpid = segment->last,
			.shm_nattch = segment->attached,
		};
		sysv_describe(object, &ds->shm_perm);
		if (index)
			error = object->id;
	}
	spin_unlock(&sysv_lock);
	return error;
}

int shm_set(int id, const struct ipc_perm *perm)
{
	struct sysv_object *object;
	int error = 0;

	spin_lock(&sysv_lock);
	object = sysv_find(&shm_table, id, &error);
	if (object)
		error = sysv_owned(object);
	if (object && !error)
		error = sysv_set(object, perm);
	if (object && !error)
		shm_segment_of(object)->change_time = sysv_now();
	spin_unlock(&sysv_lock);
	return error;
}

int shm_remove(int id)
{
	struct sysv_object *object;
	bool gone = false;
	int error = 0;

	spin_lock(&sysv_lock);
	object = sysv_find(&shm_table, id, &error);
	if (object)
		error = sysv_owned(object);
	if (object && !error) {
		sysv_drop_key(&shm_table, object);
		object->mode |= SHM_DEST;
		gone = !shm_segment_of(object)->attached;
		if (gone)
			take_out(shm_segment_of(object));
	}
	spin_unlock(&sysv_lock);
	if (gone)
		sysv_drop(&shm_table, object);
	return error;
}

int shm_lock(int id, bool lock)
{
	struct sysv_object *object;
	int error = 0;

	spin_lock(&sysv_lock);
	object = sysv_find(&shm_table, id, &error);
	if (object)
		error = shm_set_lock(shm_segment_of(object), lock);
	spin_unlock(&sysv_lock);
	return error;
}

// Returns how many pages of memory a segment has.
static uint32_t resident(const struct shm_segment *segment)
{
	const struct object *memory = segment->inode->object;

	return memory->resident << (memory->shift - PAGE_SHIFT);
}

int shm_count(struct shm_info *info)
{
	int highest;

	*info = (struct shm_info){ 0 };
	spin_lock(&sysv_lock);
	highest = sysv_highest(&shm_table);
	info->used_ids = (int32_t)shm_table.used;
	info->shm_tot = shm_pages;
	for (int i = 0; i <= highest; i++) {
		struct sysv_object *object = sysv_at(&shm_table, i);

		if (object)
			info->shm_rss += resident(shm_segment_of(object));
	}
	spin_unlock(&sysv_lock);
	return highest;
}

static void write_line(const struct sysv_object *object, char *text, size_t size)
{
	const struct shm_segment *segment = shm_segment_of(object);

	snprintf(text,
	         size, "%10d %10d  %4o %10zu %5u %5u  %5u %5u %5u %5u %5u %10llu %10llu %10llu %10u %10u\n",
	         object->key, object->id, object->mode, segment->size, (uint32_t)segment->creator,
	         (uint32_t)segment->last, segment->attached, object->uid, object->gid, object->cuid,
	         object->cgid, segment->attach_time, segment->detach_time, segment->change_time,
	         resident(segment) * PAGE_SIZE, 0u);
}

static int show_segments(struct seq *seq, pid_t pid)
{
	(void)pid;
	sysv_show(
		seq, &shm_table,
		"       key      shmid perms                  size  cpid  lpid nattch   uid   gid  "
		"cuid  cgid      atime      dtime      ctime                   rss              "
		"    swap\n",
		write_line);
	return 0;
}

static int show_max(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%u\n", SHMMAX);
	return 0;
}

static int show_all(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%u\n", SHMALL);
	return 0;
}

static int show_count(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%u\n", SHMMNI);
	return 0;
}

static struct procfs_file files[] = {
	{ .name = "sysvipc/shm", .mode = S_IFREG | 0444, .show = show_segments },
	{ .name = "sys/kernel/shmmax", .mode = S_IFREG | 0444, .show = show_max },
	{ .name = "sys/kernel/shmall", .mode = S_IFREG | 0444, .show = show_all },
	{ .name = "sys/kernel/shmmni", .mode = S_IFREG | 0444, .show = show_count },
};

void shm_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register(&files[i]);
}
