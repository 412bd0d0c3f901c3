// sem.c: sets of System V semaphores: their table, making and describing them. sem_control.c changes and
// removes them, sem_op.c has the operations.
#include "ipc/sem.h"

#include "mem/heap.h"
#include "procfs/procfs.h"
#include "thread/why.h"
#include <abi/stat.h>
#include <stdio.h>

static uint32_t semaphores; // [sysv_lock] of all sets

// Make a set for a request, without its id.
static int create(const struct sysv_request *request, struct sysv_object **store)
{
	struct sem_set *set;
	bool fits;

	if (request->size == 0)
		return WHY(-EINVAL, "a new set has semaphores");
	spin_lock(&sysv_lock);
	fits = request->size <= SEMMNS - semaphores;
	spin_unlock(&sysv_lock);
	if (!fits)
		return WHY(-ENOSPC, "there may be %u semaphores", SEMMNS);
	set = kzalloc_lasting(sizeof(*set) + request->size * sizeof(set->sems[0]));
	if (!set)
		return -ENOMEM;
	set->count = request->size;
	set->change_time = sysv_now();
	list_init(&set->waiting[0]);
	list_init(&set->waiting[1]);
	list_init(&set->undos);
	*store = &set->ipc;
	return 0;
}

static void added(struct sysv_object *object)
{
	assert_spin_held(&sysv_lock);
	semaphores += set_of(object)->count;
}

static int fits(const struct sysv_object *object, const struct sysv_request *request)
{
	uint32_t count = ((const struct sem_set *)object)->count;

	assert_spin_held(&sysv_lock);
	if (count >= request->size)
		return 0;
	return WHY(-EINVAL, "the set has %u semaphores, not %zu", count, request->size);
}

static void destroy(struct sysv_object *object)
{
	kfree(object);
}

struct sysv_table sem_table = {
	.max = SEMMNI,
	.create = create,
	.added = added,
	.fits = fits,
	.destroy = destroy,
	SYSV_TABLE_EMPTY,
};

int sem_get(key_t key, int count, uint32_t flags)
{
	struct sysv_request request = { .key = key, .flags = flags, .size = (size_t)count };

	if (count < 0 || count > (int)SEMMSL)
		return WHY(-EINVAL, "a set cannot have %d semaphores", count);
	return sysv_get(&sem_table, &request);
}

int sem_stat(int id, bool index, bool any, struct semid_ds *ds)
{
	const struct sem_set *set;
	struct sysv_object *object;
	int error;

	spin_lock(&sysv_lock);
	object = sysv_find_to_read(&sem_table, id, index, any, &error);
	if (object) {
		set = set_of(object);
		*ds = (struct semid_ds){
			.sem_otime = (uint32_t)set->op_time,
			.sem_otime_high = (uint32_t)(set->op_time >> 32),
			.sem_ctime = (uint32_t)set->change_time,
			.sem_ctime_high = (uint32_t)(set->change_time >> 32),
			.sem_nsems = set->count,
		};
		sysv_describe(object, &ds->sem_perm);
		if (index)
			error = object->id;
	}
	spin_unlock(&sysv_lock);
	return error;
}

int sem_set_owner(int id, const struct ipc_perm *perm)
{
	struct sysv_object *object;
	int error = 0;

	spin_lock(&sysv_lock);
	object = sysv_find(&sem_table, id, &error);
	if (object)
		error = sysv_owned(object);
	if (object && !error)
		error = sysv_set(object, perm);
	if (object && !error)
		set_of(object)->change_time = sysv_now();
	spin_unlock(&sysv_lock);
	return error;
}

void sem_take_out(struct sem_set *set)
{
	assert_spin_held(&sysv_lock);
	sysv_remove(&sem_table, &set->ipc);
	semaphores -= set->count;
}

int sem_info(struct seminfo *info, bool usage)
{
	int highest;

	*info = (struct seminfo){
		.semmap = SEMMNS,
		.semmni = SEMMNI,
		.semmns = SEMMNS,
		.semmnu = SEMMNS,
		.semmsl = SEMMSL,
		.semopm = SEMOPM,
		.semume = SEMOPM,
		.semusz = SEMUSZ,
		.semvmx = SEMVMX,
		.semaem = SEMAEM,
	};
	spin_lock(&sysv_lock);
	highest = sysv_highest(&sem_table);
	if (usage) {
		info->semusz = (int32_t)sem_table.used;
		info->semaem = (int32_t)semaphores;
	}
	spin_unlock(&sysv_lock);
	return highest;
}

static void write_line(const struct sysv_object *object, char *text, size_t size)
{
	const struct sem_set *set = (const struct sem_set *)object;

	snprintf(text, size, "%10d %10d  %4o %10u %5u %5u %5u %5u %10llu %10llu\n", object->key,
	         object->id, object->mode, set->count, object->uid, object->gid, object->cuid,
	         object->cgid, set->op_time, set->change_time);
}

static int show_sets(struct seq *seq, pid_t pid)
{
	(void)pid;
	sysv_show(seq, &sem_table,
	          "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      "
	          "ctime\n",
	          write_line);
	return 0;
}

static int show_limits(struct seq *seq, pid_t pid)
{
	(void)pid;
	seq_printf(seq, "%u\t%u\t%u\t%u\n", SEMMSL, SEMMNS, SEMOPM, SEMMNI);
	return 0;
}

static struct procfs_file files[] = {
	{ .name = "sysvipc/sem", .mode = S_IFREG | 0444, .show = show_sets },
	{ .name = "sys/kernel/sem", .mode = S_IFREG | 0444, .show = show_limits },
};

void sem_files_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register(&files[i]);
}
