// sem_op.c: operations on System V semaphores (semop(2)): all of a call's are done at once, or the call sleeps.
// A call that changes values does the operations of the calls that wait for them, too, so a value never
// shows what another call is about to take.
#include "ipc/sem.h"

#include "mem/heap.h"
#include "thread/mutex.h"
#include "thread/why.h"
#include "thread/yield.h"

#define TRY_COST 40u   // instructions, roughly, to try an operation
#define WAKE_COST 500u // and to wake a thread

#define WOULD_SLEEP 1

// Returns true if the operation cannot be done as the value is.
static bool blocks(const struct semaphore *sem, const struct sembuf *op)
{
	return op->sem_op == 0 ? sem->value != 0 : sem->value + op->sem_op < 0;
}

// Do one operation. Returns 0; WOULD_SLEEP; -EAGAIN; -ERANGE. Caller: holds sysv_lock.
static int do_op(struct sem_set *set, struct sem_call *call, const struct sembuf *op)
{
	struct semaphore *sem = &set->sems[op->sem_num];
	int value = sem->value + op->sem_op, adjust;

	assert_spin_held(&sysv_lock);
	if (blocks(sem, op)) {
		call->blocking = op;
		return op->sem_flg & IPC_NOWAIT ?
		               WHY(-EAGAIN, "semaphore %u is %u", op->sem_num, sem->value) :
		               WOULD_SLEEP;
	}
	if (value > SEMVMX)
		return WHY(-ERANGE, "semaphore %u would be %d", op->sem_num, value);
	if (op->sem_flg & SEM_UNDO) {
		adjust = call->undo->adjust[op->sem_num] - op->sem_op;
		if (adjust < -SEMAEM - 1 || adjust > SEMAEM)
			return WHY(-ERANGE, "%d would have to be taken back", adjust);
		call->undo->adjust[op->sem_num] = (int16_t)adjust;
	}
	sem->value = (uint16_t)value;
	return 0;
}

// Do all operations of a call, or none. Returns as do_op. Caller: holds sysv_lock.
static int try_call(struct sem_set *set, struct sem_call *call)
{
	const struct sembuf *op = call->ops, *end = op + call->count;
	int error = 0;

	assert_spin_held(&sysv_lock);
	if (call->undo)
		sem_refresh_undo(call->undo);
	for (; op < end && !error; op += !error)
		error = do_op(set, call, op);
	if (!error) {
		for (op = call->ops; op < end; op++)
			set->sems[op->sem_num].pid = call->pid;
		set->op_time = sysv_now();
		return 0;
	}
	while (op-- > call->ops) {
		set->sems[op->sem_num].value -= (uint16_t)op->sem_op;
		if (op->sem_flg & SEM_UNDO)
			call->undo->adjust[op->sem_num] += op->sem_op;
	}
	return error;
}

// Note in the set whether the waiter waits for 0.
static void count_zero(struct sem_set *set, struct sem_waiter *waiter, bool for_zero)
{
	assert_spin_held(&sysv_lock);
	set->zero_waiters += for_zero - waiter->for_zero;
	waiter->for_zero = for_zero;
}

// Take a waiter off its list, and wake it.
static void finish(struct sem_set *set, struct sem_waiter *waiter, int result)
{
	assert_spin_held(&sysv_lock);
	count_zero(set, waiter, false);
	list_remove(&waiter->link);
	waiter->done = true;
	waiter->result = result;
	waitq_wake_all(&waiter->wait);
}

// Returns true if what a call has done may let calls go on that have been tried before it.
static bool helps_others(const struct sem_set *set, const struct sem_call *call)
{
	assert_spin_held(&sysv_lock);
	for (size_t i = 0; i < call->count; i++)
		if (call->ops[i].sem_op > 0 ||
		    (set->zero_waiters && set->sems[call->ops[i].sem_num].value == 0))
			return true;
	return false;
}

// Try the operations of a call that waits. Returns true if other calls must be tried again.
static bool try_waiter(struct sem_set *set, struct sem_waiter *waiter)
{
	struct sem_call call = waiter->call;
	int result;

	assert_spin_held(&sysv_lock);
	if (call.count == 1 && blocks(&set->sems[call.ops->sem_num], call.ops))
		return false;
	result = try_call(set, &waiter->call);
	if (result == WOULD_SLEEP) {
		count_zero(set, waiter, waiter->call.blocking->sem_op == 0);
		return false;
	}
	finish(set, waiter, result);
	return result == 0 && helps_others(set, &call);
}

// Yield in a walk through a list of waiters that is about to come to *next. The set may be removed
// meanwhile; then *next means nothing. Releases sysv_lock meanwhile.
static void pause_walk(struct list **next)
{
	struct sem_waiter place = { .call = { .ops = NULL } };

	assert_only_spinlock(&sysv_lock);
	list_add((*next)->prev, &place.link);
	spin_unlock(&sysv_lock);
	thread_yield_point();
	spin_lock(&sysv_lock);
	*next = place.link.next;
	list_remove(&place.link);
}

// Try all calls of a list, the oldest first. Returns true, and stops, if others must be tried again.
static bool walk(struct sem_set *set, struct list *list)
{
	struct list *link = list->next, *next;

	assert_spin_held(&sysv_lock);
	for (; !set->ipc.removed && link != list; link = next) {
		struct sem_waiter *waiter = list_entry(link, struct sem_waiter, link);
		uint32_t cost = TRY_COST;

		next = link->next;
		if (waiter->call.ops) {
			cost += TRY_COST * waiter->call.count;
			if (try_waiter(set, waiter)) {
				(void)yield_due(cost + WAKE_COST);
				return true;
			}
		}
		if (yield_due(cost))
			pause_walk(&next);
	}
	return false;
}

// Calls that only wait for 0 come first, as on Linux.
void sem_update(struct sem_set *set)
{
	bool again = true;

	assert_only_spinlock(&sysv_lock);
	while (again && !set->ipc.removed) {
		again = walk(set, &set->waiting[0]) || walk(set, &set->waiting[1]);
		if (!again || !yield_due(0))
			continue;
		spin_unlock(&sysv_lock);
		thread_yield_point();
		spin_lock(&sysv_lock);
	}
}

void sem_wake_removed(struct sem_set *set)
{
	assert_only_spinlock(&sysv_lock);
	for (int i = 0; i < 2; i++) {
		while (!list_empty(&set->waiting[i])) {
			struct sem_waiter *waiter = list_first(&set->waiting[i], struct sem_waiter,
			                                       link);

			if (waiter->call.ops)
				finish(set, waiter, WHY(-EIDRM, "the set has been removed"));
			else
				list_remove(&waiter->link); // a walk, which ends now
			if (!yield_due(WAKE_COST))
				continue;
			spin_unlock(&sysv_lock);
			thread_yield_point();
			spin_lock(&sysv_lock);
		}
	}
}

// Sleep until another call has done the operations. Returns as sem_operate. Caller: holds sysv_lock, no other
// lock, and a reference on the set.
static int wait_for(struct sem_set *set, const struct sem_call *call, bool alters, uint64_t deadline)
{
	struct sem_waiter waiter = { .call = *call };
	int error = 0;

	assert_only_spinlock(&sysv_lock);
	waitq_init(&waiter.wait);
	list_add_tail(&set->waiting[alters], &waiter.link);
	count_zero(set, &waiter, call->blocking->sem_op == 0);
	while (!waiter.done && !error)
		error = waitq_sleep(&waiter.wait, &sysv_lock, WAIT_INTERRUPTIBLE, deadline);
	if (waiter.done)
		return waiter.result;
	count_zero(set, &waiter, false);
	list_remove(&waiter.link);
	return error == -ETIMEDOUT ? -EAGAIN : error;
}

// Find the set, and check whether the current thread may do the operations. Returns NULL with *error. Caller: holds
// sysv_lock.
static struct sem_set *find(int id, const struct sem_call *call, bool alters, int *error)
{
	struct sysv_object *object = sysv_find(&sem_table, id, error);

	assert_spin_held(&sysv_lock);
	if (!object)
		return NULL;
	for (size_t i = 0; i < call->count; i++)
		if (call->ops[i].sem_num >= set_of(object)->count)
			*error = WHY(-EFBIG, "the set has %u semaphores", set_of(object)->count);
	if (!*error)
		*error = sysv_permission(object, alters ? 0222 : 0444);
	return *error ? NULL : set_of(object);
}

// Make an undo for set `id`, unless the process has one. Returns 0 with it, or NULL, in *store; -EINVAL;
// -ENOMEM.
static int prepare_undo(int id, struct sem_undo **store)
{
	struct sysv_object *object;
	int error = 0;
	size_t size = 0;

	*store = NULL;
	spin_lock(&sysv_lock);
	object = sysv_find(&sem_table, id, &error);
	if (object && !sem_find_undo(set_of(object)))
		size = sizeof(**store) + set_of(object)->count * sizeof((*store)->adjust[0]);
	spin_unlock(&sysv_lock);
	if (error || !size)
		return error;
	*store = kzalloc_lasting(size);
	if (!*store)
		return -ENOMEM;
	(*store)->size = size;
	return 0;
}

// Do the operations, or sleep. `spare`: NULL, or where there is an undo that the process gets if it has none;
// NULL is stored there then. Caller: holds sysv_lock and no other lock.
static int operate(struct sem_set *set, struct sem_call *call, bool alters, uint64_t deadline,
                   struct sem_undo **spare)
{
	int error;

	assert_only_spinlock(&sysv_lock);
	if (spare) {
		call->undo = sem_find_undo(set);
		if (!call->undo) {
			call->undo = *spare;
			sem_add_undo(set, *spare);
			*spare = NULL;
		}
	}
	error = try_call(set, call);
	if (!error && alters)
		sem_update(set);
	return error == WOULD_SLEEP ? wait_for(set, call, alters, deadline) : error;
}

int sem_operate(int id, const struct sembuf *ops, size_t count, uint64_t deadline)
{
	struct sem_call call = { .ops = ops, .count = count, .pid = sysv_pid() };
	bool alters = false, undoes = false;
	struct sem_undo *spare = NULL;
	struct sem_set *set;
	int error = 0;

	assert_no_lock();
	for (size_t i = 0; i < count; i++) {
		alters |= ops[i].sem_op != 0;
		undoes |= (ops[i].sem_flg & SEM_UNDO) != 0;
	}
	if (undoes)
		error = prepare_undo(id, &spare);
	if (error)
		return error;
	spin_lock(&sysv_lock);
	set = find(id, &call, alters, &error);
	if (set) {
		sysv_hold(&set->ipc);
		error = operate(set, &call, alters, deadline, undoes ? &spare : NULL);
	}
	spin_unlock(&sysv_lock);
	if (set)
		sysv_drop(&sem_table, &set->ipc);
	kfree(spare);
	return error;
}
