// async_file.c: signals to the owners of files: which file asks for them, and what is due. The head
// of async_file.h explains who sends them.
#include "fs/async_file.h"

#include "mem/heap.h"
#include "thread/thread.h"
#include "thread/waitq.h"
#include "thread/why.h"
#include "thread/yield.h"

#define SEND_COST 1000 // about how many instructions it takes to send a signal

void (*async_send_hook)(const struct file_owner *owner, int signo, int fd, int reason);

// Guards the sets, and what files have for their signals.
static struct spinlock async_lock = SPINLOCK_INIT("signals of files", RANK_ASYNC);

// Files with signals to be sent: struct async_file by due_link. [async_lock]
static struct list due_files = LIST_INIT(due_files);

// The kernel thread waits here for such files.
static struct waitq sender_wait = WAITQ_INIT(sender_wait);

// Returns what the file has for its signals, made if it has nothing yet; NULL if out of memory.
static struct async_file *get(struct file *file)
{
	struct async_file *async;

	if (file->async)
		return file->async;
	async = kzalloc_lasting(sizeof(*async));
	if (!async)
		return NULL;
	async->file = file;
	list_init(&async->link);
	list_init(&async->due_link);
	spin_lock(&async_lock);
	if (file->async)
		kfree(async);
	else
		file->async = async;
	spin_unlock(&async_lock);
	return file->async;
}

// Let the file be in no set. Caller: holds async_lock.
static void leave_set(struct async_file *async)
{
	assert_spin_held(&async_lock);
	if (!async->set)
		return;
	async->set->count--;
	async->set = NULL;
	list_remove(&async->link);
	async->file->flags &= ~(uint32_t)O_ASYNC;
}

// Returns true if the file hears of the event. Caller: holds async_lock.
static bool is_chosen(const struct async_file *async, int reason, uint32_t which)
{
	assert_spin_held(&async_lock);
	if ((which & ASYNC_READERS) && !file_readable(async->file))
		return false;
	if ((which & ASYNC_WRITERS) && !file_writable(async->file))
		return false;
	return !(which & ASYNC_ONCE) || !async->due[reason - POLL_IN];
}

// Count an event of the file, and let somebody send the signal. Caller: holds async_lock.
static void post(struct async_file *async, int reason)
{
	assert_spin_held(&async_lock);
	async->due[reason - POLL_IN]++;
	if (list_empty(&async->due_link))
		list_add_tail(&due_files, &async->due_link);
	waitq_wake_one(&sender_wait);
	__atomic_or_fetch(&thread_current()->work, WORK_ASYNC, __ATOMIC_RELAXED);
}

void async_file_post(struct file *file, int reason)
{
	spin_lock(&async_lock);
	post(file->async, reason);
	spin_unlock(&async_lock);
}

void async_post(struct async_set *set, int reason, uint32_t which)
{
	struct async_file *async;

	spin_lock(&async_lock);
	list_for_each(async, &set->files, link)
		if (is_chosen(async, reason, which))
			post(async, reason);
	spin_unlock(&async_lock);
}

void async_set_end(struct async_set *set)
{
	spin_lock(&async_lock);
	set->ended = true;
	while (!list_empty(&set->files))
		leave_set(list_first(&set->files, struct async_file, link));
	spin_unlock(&async_lock);
}

// Put the file into `set`. Returns 0, -ENOTTY or -ENOSPC. Caller: holds async_lock.
static int enter_set(struct async_file *async, struct async_set *set, int fd)
{
	assert_spin_held(&async_lock);
	if (set->ended)
		return -ENOTTY;
	if (set->count >= ASYNC_FILES_MAX)
		return WHY(-ENOSPC, "%u files ask for signals already", set->count);
	set->count++;
	async->set = set;
	async->fd = fd;
	list_add_tail(&set->files, &async->link);
	async->file->flags |= O_ASYNC;
	return 0;
}

// A file that was opened with O_ASYNC keeps the flag without being in a set, as on Linux (open(2), BUGS).
int async_file_set(struct file *file, int fd, bool on)
{
	struct async_file *async;
	struct async_set *set;
	int error = 0;

	assert_no_lock();
	if (on == ((file->flags & O_ASYNC) != 0))
		return 0;
	async = on ? get(file) : file->async;
	if (on && !async)
		return -ENOMEM;
	set = on ? file->ops->async(file) : NULL;
	spin_lock(&async_lock);
	if (on && !async->set)
		error = enter_set(async, set, fd);
	else if (!on && async)
		leave_set(async);
	spin_unlock(&async_lock);
	return error;
}

int async_file_prepare(struct file *file)
{
	assert_only_spinlock(NULL);
	return get(file) ? 0 : -ENOMEM;
}

void async_file_begin(struct file *file, int fd, const struct file_owner *owner)
{
	spin_lock(&async_lock);
	file->async->fd = fd;
	if (!file->async->owner.pid)
		file->async->owner = *owner;
	spin_unlock(&async_lock);
}

void async_file_forget(struct file *file)
{
	if (!file->async)
		return;
	spin_lock(&async_lock);
	file->async->owner.type = F_OWNER_PID;
	file->async->owner.pid = 0;
	file->async->signo = 0;
	spin_unlock(&async_lock);
}

int async_file_set_owner(struct file *file, const struct file_owner *owner, bool if_none)
{
	struct async_file *async = get(file);

	assert_only_spinlock(NULL);
	if (!async)
		return -ENOMEM;
	spin_lock(&async_lock);
	if (!if_none || !async->owner.pid) {
		uid_t real = async->owner.real, effective = async->owner.effective;

		async->owner = *owner;
		if (!owner->pid) {
			async->owner.real = real;
			async->owner.effective = effective;
		}
	}
	spin_unlock(&async_lock);
	return 0;
}

struct file_owner async_file_owner(const struct file *file)
{
	struct file_owner owner = { 0 };

	if (!file->async)
		return owner;
	spin_lock(&async_lock);
	owner = file->async->owner;
	spin_unlock(&async_lock);
	return owner;
}

int async_file_set_signal(struct file *file, int signo)
{
	struct async_file *async = get(file);

	assert_only_spinlock(NULL);
	if (!async)
		return -ENOMEM;
	spin_lock(&async_lock);
	async->signo = signo;
	spin_unlock(&async_lock);
	return 0;
}

int async_file_signal(const struct file *file)
{
	int signo;

	if (!file->async)
		return 0;
	spin_lock(&async_lock);
	signo = file->async->signo;
	spin_unlock(&async_lock);
	return signo;
}

// Take a signal of the file that is due. Returns its reason; 0 if none is due. Caller: holds async_lock.
static int take_from(struct async_file *async)
{
	assert_spin_held(&async_lock);
	for (int i = 0; i < ASYNC_REASONS; i++) {
		if (!async->due[i])
			continue;
		async->due[i]--;
		return POLL_IN + i;
	}
	return 0;
}

// Take the next signal that is due: a copy of what its file has in *copy. Returns its reason; 0 if none is
// due.
static int take_due(struct async_file *copy)
{
	struct async_file *async;
	int reason = 0;

	spin_lock(&async_lock);
	while (!reason && !list_empty(&due_files)) {
		async = list_first(&due_files, struct async_file, due_link);
		reason = take_from(async);
		if (reason)
			*copy = *async;
		else
			list_remove(&async->due_link);
	}
	spin_unlock(&async_lock);
	return reason;
}

void async_send_all(void)
{
	struct async_file copy;
	int reason;

	assert_no_lock();
	while ((reason = take_due(&copy))) {
		if (copy.owner.pid && async_send_hook)
			async_send_hook(&copy.owner, copy.signo, copy.fd, reason);
		(void)yield_after(SEND_COST);
	}
}

// Another thread that sends may have taken the last signal and not sent it yet: it has a copy.
void async_file_free(struct file *file)
{
	struct async_file *async = file->async;

	assert_no_lock();
	async_send_all();
	spin_lock(&async_lock);
	leave_set(async);
	list_remove(&async->due_link);
	spin_unlock(&async_lock);
	file->async = NULL;
	kfree(async);
}

// The kernel thread.
static void send_always(void *arg)
{
	(void)arg;
	for (;;) {
		spin_lock(&async_lock);
		while (list_empty(&due_files))
			waitq_sleep(&sender_wait, &async_lock, WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
		spin_unlock(&async_lock);
		async_send_all();
	}
}

void async_files_init(void)
{
	struct thread *thread;

	if (thread_create(&thread, "file signals", send_always, NULL))
		panic("async_files_init: no memory for a thread");
	thread_async_hook = async_send_all;
	thread_start(thread);
}
