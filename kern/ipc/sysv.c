// sysv.c: the tables of System V objects: ids, keys, permissions.
#include "ipc/sysv.h"

#include "mem/heap.h"
#include "proc/process.h"
#include "procfs/textbuf.h"
#include "thread/credentials.h"
#include "thread/mutex.h"
#include "thread/timer.h"
#include "thread/why.h"
#include "thread/yield.h"

#define FIRST_ROOM 64u // places of a table at first
#define LINE_COST 4000 // instructions, roughly, to write a line of /proc/sysvipc

struct spinlock sysv_lock = SPINLOCK_INIT("sysv", RANK_SYSV);

uint64_t sysv_now(void)
{
	return clock_realtime_ns() / NS_PER_SECOND;
}

pid_t sysv_pid(void)
{
	const struct process *process = process_current();

	return process ? process->pid : 0;
}

static struct sysv_object *by_key(const struct avl_node *node)
{
	return list_entry(node, struct sysv_object, by_key);
}

static bool key_before(const struct avl_node *a, const struct avl_node *b)
{
	return by_key(a)->key < by_key(b)->key;
}

// Returns the object with this key, or NULL.
static struct sysv_object *find_key(const struct sysv_table *table, key_t key)
{
	struct avl_node *node = table->keys.root;

	while (node && by_key(node)->key != key)
		node = node->child[key > by_key(node)->key];
	return node ? by_key(node) : NULL;
}

int sysv_permission(const struct sysv_object *object, uint32_t mask)
{
	const struct credentials *who = credentials_current();
	uint32_t wanted = (mask >> 6 | mask >> 3 | mask) & 7, granted = object->mode;
	uid_t user = who->user.effective;

	assert_spin_held(&sysv_lock);
	if (user == object->uid || user == object->cuid)
		granted >>= 6;
	else if (credentials_in_group(who, object->gid) || credentials_in_group(who, object->cgid))
		granted >>= 3;
	if (!(wanted & ~granted) || capable(CAP_IPC_OWNER))
		return 0;
	return WHY(-EACCES, "user %u has no permission %#o on an object with mode %#o", user,
	           wanted, object->mode & 0777);
}

int sysv_owned(const struct sysv_object *object)
{
	uid_t user = credentials_current()->user.effective;

	assert_spin_held(&sysv_lock);
	if (user == object->uid || user == object->cuid || capable(CAP_SYS_ADMIN))
		return 0;
	return WHY(-EPERM, "the object belongs to user %u", object->uid);
}

void sysv_describe(const struct sysv_object *object, struct ipc_perm *perm)
{
	assert_spin_held(&sysv_lock);
	*perm = (struct ipc_perm){
		.__key = object->key,
		.uid = object->uid,
		.gid = object->gid,
		.cuid = object->cuid,
		.cgid = object->cgid,
		.mode = object->mode,
		.__seq = (uint16_t)((uint32_t)object->id >> SYSV_INDEX_BITS),
	};
}

int sysv_set(struct sysv_object *object, const struct ipc_perm *perm)
{
	assert_spin_held(&sysv_lock);
	if (perm->uid == ID_UNCHANGED || perm->gid == ID_UNCHANGED)
		return WHY(-EINVAL, "-1 is no user and no group");
	object->uid = perm->uid;
	object->gid = perm->gid;
	object->mode = (object->mode & (uint16_t)~0777) | (perm->mode & 0777);
	return 0;
}

struct sysv_object *sysv_at(const struct sysv_table *table, int index)
{
	assert_spin_held(&sysv_lock);
	return index >= 0 && (uint32_t)index < table->room ? table->slots[index].object : NULL;
}

struct sysv_object *sysv_find(const struct sysv_table *table, int id, int *error)
{
	struct sysv_object *object = NULL;

	assert_spin_held(&sysv_lock);
	if (id >= 0)
		object = sysv_at(table, id & ((1 << SYSV_INDEX_BITS) - 1));
	if (object && object->id == id)
		return object;
	*error = WHY(-EINVAL, "there is no object %d", id);
	return NULL;
}

struct sysv_object *sysv_find_to_read(const struct sysv_table *table, int id, bool index, bool any,
                                      int *error)
{
	struct sysv_object *object;

	assert_spin_held(&sysv_lock);
	*error = 0;
	if (index) {
		object = sysv_at(table, id);
		if (!object)
			*error = WHY(-EINVAL, "there is no object in place %d", id);
	} else {
		object = sysv_find(table, id, error);
	}
	if (object && !any)
		*error = sysv_permission(object, 0444);
	return *error ? NULL : object;
}

int sysv_highest(const struct sysv_table *table)
{
	uint32_t index = table->room;

	assert_spin_held(&sysv_lock);
	while (index > 0 && !table->slots[index - 1].object)
		index--;
	return index ? (int)index - 1 : 0;
}

// Put place `index` at the end of the list of free ones.
static void slot_free(struct sysv_table *table, uint16_t index)
{
	table->slots[index].object = NULL;
	table->slots[index].next_free = SYSV_NONE;
	if (table->first_free == SYSV_NONE)
		table->first_free = index;
	else
		table->slots[table->last_free].next_free = index;
	table->last_free = index;
}

// Let a table that has no free place use slots[room], which has more than its own ones. Returns the old
// ones.
static struct sysv_slot *use_slots(struct sysv_table *table, struct sysv_slot *slots, uint32_t room)
{
	struct sysv_slot *old = table->slots;
	uint32_t first = table->room;

	memcpy(slots, old, first * sizeof(*slots));
	table->slots = slots;
	table->room = room;
	for (uint32_t i = first; i < room; i++)
		slot_free(table, (uint16_t)i);
	return old;
}

// Make sure that the table has a free place. Takes sysv_lock, and holds it afterwards, also after an
// error. Returns 0; -ENOSPC if there are too many objects; -ENOMEM.
static int lock_with_room(struct sysv_table *table)
{
	struct sysv_slot *slots;
	uint32_t room;

	spin_lock(&sysv_lock);
	while (table->used < table->max && table->first_free == SYSV_NONE) {
		room = table->room ? MIN(table->room * 2, SYSV_IDS_MAX) : FIRST_ROOM;
		spin_unlock(&sysv_lock);
		slots = kzalloc_lasting(room * sizeof(*slots));
		spin_lock(&sysv_lock);
		if (!slots)
			return -ENOMEM;
		if (table->room < room && table->first_free == SYSV_NONE)
			slots = use_slots(table, slots, room);
		kfree(slots);
	}
	if (table->used < table->max)
		return 0;
	return WHY(-ENOSPC, "there are %u objects, the most that may be", table->used);
}

// Give an object a key, an owner and an id. Caller: holds sysv_lock; there is a free place, and the key
// is not in use.
static void add(struct sysv_table *table, struct sysv_object *object,
                const struct sysv_request *request)
{
	const struct credentials *who = credentials_current();
	uint16_t index = table->first_free;
	struct sysv_slot *slot = &table->slots[index];

	assert_spin_held(&sysv_lock);
	table->first_free = slot->next_free;
	slot->object = object;
	table->used++;
	object->id = (int)((uint32_t)slot->sequence << SYSV_INDEX_BITS | index);
	slot->sequence++;
	object->refs = 1;
	object->removed = false;
	object->key = request->key;
	object->uid = object->cuid = who->user.effective;
	object->gid = object->cgid = who->group.effective;
	object->mode = request->flags & 0777;
	avl_node_init(&object->by_key);
	if (object->key != IPC_PRIVATE)
		avl_insert(&table->keys, &object->by_key, key_before);
	if (table->added)
		table->added(object);
}

// Returns the id of an object that has the key asked for, or -errno. Caller: holds sysv_lock.
static int use_existing(const struct sysv_table *table, const struct sysv_object *object,
                        const struct sysv_request *request)
{
	int error = 0;

	assert_spin_held(&sysv_lock);
	if ((request->flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return WHY(-EEXIST, "the key %#x is in use", request->key);
	if (table->fits)
		error = table->fits(object, request);
	if (!error)
		error = sysv_permission(object, request->flags & 0777);
	return error ? error : object->id;
}

// Another thread may make an object with this key while this one allocates its own.
int sysv_get(struct sysv_table *table, const struct sysv_request *request)
{
	struct sysv_object *found = NULL, *new;
	int error, id = -ENOENT;

	assert_no_lock();
	if (request->key != IPC_PRIVATE) {
		spin_lock(&sysv_lock);
		found = find_key(table, request->key);
		if (found)
			id = use_existing(table, found, request);
		spin_unlock(&sysv_lock);
		if (found || !(request->flags & IPC_CREAT))
			return found ? id : WHY(-ENOENT, "there is no key %#x", request->key);
	}
	error = table->create(request, &new);
	if (error)
		return error;
	error = lock_with_room(table);
	if (request->key != IPC_PRIVATE)
		found = find_key(table, request->key);
	if (found)
		id = use_existing(table, found, request);
	else if (error)
		id = error;
	else
		add(table, new, request);
	if (!found && !error)
		id = new->id;
	spin_unlock(&sysv_lock);
	if (found || error)
		table->destroy(new);
	return id;
}

void sysv_drop_key(struct sysv_table *table, struct sysv_object *object)
{
	assert_spin_held(&sysv_lock);
	if (avl_is_linked(&object->by_key))
		avl_remove(&table->keys, &object->by_key);
	object->key = IPC_PRIVATE;
}

void sysv_remove(struct sysv_table *table, struct sysv_object *object)
{
	assert_spin_held(&sysv_lock);
	sysv_drop_key(table, object);
	object->removed = true;
	table->used--;
	slot_free(table, (uint16_t)(object->id & ((1 << SYSV_INDEX_BITS) - 1)));
}

void sysv_drop(struct sysv_table *table, struct sysv_object *object)
{
	bool last;

	assert_may_yield();
	spin_lock(&sysv_lock);
	last = --object->refs == 0;
	spin_unlock(&sysv_lock);
	if (last)
		table->destroy(object);
}

void sysv_show(struct seq *seq, const struct sysv_table *table, const char *title,
               void (*line)(const struct sysv_object *object, char *text, size_t size))
{
	char text[SYSV_LINE_MAX];
	const struct sysv_object *object;
	uint32_t index = seq->from, room;

	assert_no_lock();
	if (index == 0)
		seq_printf(seq, "%s", title);
	do {
		spin_lock(&sysv_lock);
		room = table->room;
		while (index < room && !table->slots[index].object)
			index++;
		object = sysv_at(table, (int)index);
		if (object)
			line(object, text, sizeof(text));
		spin_unlock(&sysv_lock);
		if (object)
			seq_write(seq, text, strlen(text));
		index++;
		if (seq_full(seq) && index < room) {
			seq->next = index;
			return;
		}
	} while (index < room && !seq->overflow && !yield_after(LINE_COST));
}
