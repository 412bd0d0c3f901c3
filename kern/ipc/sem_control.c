// sem_control.c: reading, setting and removing System V semaphores (semctl(2)), and the end of a process that
// has used SEM_UNDO.
#include "ipc/sem.h"

#include "proc/process.h"
#include "thread/mutex.h"
#include "thread/why.h"
#include "thread/yield.h"

#define UNDO_COST 5u // instructions, roughly, to change one semaphore back

// Once the set has no id, nobody begins to wait for it, and no process gets an undo.
int sem_remove(int id)
{
	struct sysv_object *object;
	int error = 0;

	spin_lock(&sysv_lock);
	object = sysv_find(&sem_table, id, &error);
	if (object)
		error = sysv_owned(object);
	if (!object || error) {
		spin_unlock(&sysv_lock);
		return error;
	}
	sem_take_out(set_of(object));
	sem_free_undos(set_of(object));
	sem_wake_removed(set_of(object));
	spin_unlock(&sysv_lock);
	sysv_drop(&sem_table, object);
	return 0;
}

// Returns how many calls wait for the semaphore to become 0 (`for_zero`), or larger.
static int count_waiters(const struct sem_set *set, uint32_t number, bool for_zero)
{
	const struct sem_waiter *waiter;
	int count = 0;

	assert_spin_held(&sysv_lock);
	for (int i = 0; i < 2; i++)
		list_for_each(waiter, &set->waiting[i], link)
			if (waiter->call.ops && waiter->call.blocking->sem_num == number &&
			    (waiter->call.blocking->sem_op == 0) == for_zero)
				count++;
	return count;
}

// Returns 0, or -EIDRM if the set is not one of `count` semaphores: another one has got the id.
static int check_count(const struct sem_set *set, uint32_t count)
{
	return set->count == count ? 0 : -EIDRM;
}

// Find set `id`, whose semaphore `number` the current thread wants to use with the permissions in `mask`.
// `mask_first`: the error of permissions comes before that of the number. Returns NULL with *error.
static struct sem_set *find(int id, int number, uint32_t mask, bool mask_first, int *error)
{
	struct sysv_object *object = sysv_find(&sem_table, id, error);
	bool exists;

	assert_spin_held(&sysv_lock);
	if (!object)
		return NULL;
	exists = number >= 0 && (uint32_t)number < set_of(object)->count;
	*error = sysv_permission(object, mask);
	if (!exists && (!*error || !mask_first))
		*error = WHY(-EINVAL, "there is no semaphore %d", number);
	return *error ? NULL : set_of(object);
}

int sem_read(int id, int number, int command)
{
	struct sem_set *set;
	int result = 0;

	spin_lock(&sysv_lock);
	set = find(id, number, 0444, true, &result);
	if (set && command == GETVAL)
		result = set->sems[number].value;
	else if (set && command == GETPID)
		result = set->sems[number].pid;
	else if (set)
		result = count_waiters(set, (uint32_t)number, command == GETZCNT);
	spin_unlock(&sysv_lock);
	return result;
}

int sem_write(int id, int number, int value)
{
	struct sem_set *set;
	int error = 0;

	if (value < 0 || value > SEMVMX)
		return WHY(-ERANGE, "a semaphore cannot be %d", value);
	spin_lock(&sysv_lock);
	set = find(id, number, 0222, false, &error);
	if (set) {
		sysv_hold(&set->ipc);
		sem_forget_undos(set, (uint32_t)number);
		set->sems[number] = (struct semaphore){ sysv_pid(), (uint16_t)value };
		set->change_time = sysv_now();
		sem_update(set);
	}
	spin_unlock(&sysv_lock);
	if (set)
		sysv_drop(&sem_table, &set->ipc);
	return error;
}

int sem_size(int id, uint32_t mask, uint32_t *count)
{
	struct sem_set *set;
	int error = 0;

	spin_lock(&sysv_lock);
	set = find(id, 0, mask, true, &error);
	if (set)
		*count = set->count;
	spin_unlock(&sysv_lock);
	return error;
}

int sem_read_all(int id, uint16_t *values, uint32_t count)
{
	struct sem_set *set;
	int error = 0;

	spin_lock(&sysv_lock);
	set = find(id, 0, 0444, true, &error);
	if (set)
		error = check_count(set, count);
	for (uint32_t i = 0; !error && i < count; i++)
		values[i] = set->sems[i].value;
	spin_unlock(&sysv_lock);
	return error;
}

// Set all values, and let those go on that can now.
static void write_values(struct sem_set *set, const uint16_t *values)
{
	pid_t pid = sysv_pid();

	assert_only_spinlock(&sysv_lock);
	set->generation++;
	for (uint32_t i = 0; i < set->count; i++)
		set->sems[i] = (struct semaphore){ pid, values[i] };
	set->change_time = sysv_now();
	sem_update(set);
}

int sem_write_all(int id, const uint16_t *values, uint32_t count)
{
	struct sem_set *set;
	int error = 0;

	for (uint32_t i = 0; i < count; i++)
		if (values[i] > SEMVMX)
			return WHY(-ERANGE, "a semaphore cannot be %u", values[i]);
	spin_lock(&sysv_lock);
	set = find(id, 0, 0222, true, &error);
	if (set) {
		error = check_count(set, count);
		sysv_hold(&set->ipc);
		if (!error)
			write_values(set, values);
	}
	spin_unlock(&sysv_lock);
	if (set)
		sysv_drop(&sem_table, &set->ipc);
	return error;
}

// Take back all that the process has done with SEM_UNDO: it ends. It has no other thread any more, so it gets no new
// undo. Yields; a set may be removed meanwhile, and its undo with it.
static void process_ends(struct process *process)
{
	struct sem_set *set;

	assert_no_lock();
	spin_lock(&sysv_lock);
	while (!avl_empty(&process->sem_undos)) {
		set = sem_apply_undo(process);
		sysv_hold(&set->ipc);
		sem_update(set);
		spin_unlock(&sysv_lock);
		if (yield_due(set->count * UNDO_COST))
			thread_yield_point();
		sysv_drop(&sem_table, &set->ipc);
		spin_lock(&sysv_lock);
	}
	spin_unlock(&sysv_lock);
}

void sem_init(void)
{
	process_semaphores_hook = process_ends;
	sem_files_init();
}
