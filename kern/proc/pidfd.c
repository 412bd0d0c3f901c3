// pidfd.c: processes as files.
#include "proc/pidfd.h"

#include "fs/anonymous_file.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "proc/thread_group.h"
#include <stdio.h>

// What all files that mean one process share. [p] process_lock
struct pidfd {
	uint32_t refs;           // [p] files
	struct process *process; // [p] NULL once it has been reaped
	struct waitq wait;       // polls
};

// Drop a reference; the last one frees the struct. Caller: holds no lock.
static void pidfd_put(struct pidfd *pidfd)
{
	bool last;

	assert_no_lock();
	spin_lock(&process_lock);
	last = --pidfd->refs == 0;
	if (last && pidfd->process)
		pidfd->process->pidfd = NULL;
	spin_unlock(&process_lock);
	if (last)
		kfree(pidfd);
}

static void pidfd_release(struct file *file)
{
	pidfd_put(file->private);
}

// Readable when the process has ended, and hung up when it has been reaped too.
static unsigned int pidfd_poll(struct file *file, struct poll_table *table)
{
	struct pidfd *pidfd = file->private;
	unsigned int events = 0;

	poll_wait(table, &pidfd->wait);
	spin_lock(&process_lock);
	if (!pidfd->process)
		events = POLLIN | POLLRDNORM | POLLHUP;
	else if (pidfd->process->zombie)
		events = POLLIN | POLLRDNORM;
	spin_unlock(&process_lock);
	return events;
}

// -1 means that the process has been reaped. There is one namespace of numbers.
static void pidfd_describe(struct file *file, struct text_writer *writer)
{
	const struct process *process;
	char text[48];
	pid_t pid;

	spin_lock(&process_lock);
	process = pidfd_process(file);
	pid = process ? process->pid : -1;
	spin_unlock(&process_lock);
	snprintf(text, sizeof(text), "Pid:\t%d\nNSpid:\t%d\n", pid, pid);
	writer->write(writer, text);
}

static const struct file_ops pidfd_ops = {
	.kind = "[pidfd]",
	.poll = pidfd_poll,
	.describe = pidfd_describe,
	.release = pidfd_release,
};

bool file_is_pidfd(const struct file *file)
{
	return file->ops == &pidfd_ops;
}

struct process *pidfd_process(const struct file *file)
{
	assert_spin_held(&process_lock);
	return ((const struct pidfd *)file->private)->process;
}

// Returns the process's struct with a new reference: the one that it has, or `fresh`. Caller: holds
// process_lock.
static struct pidfd *attach(struct process *process, struct pidfd *fresh)
{
	assert_spin_held(&process_lock);
	if (!process->pidfd) {
		fresh->process = process;
		process->pidfd = fresh;
	}
	process->pidfd->refs++;
	return process->pidfd;
}

// Memory cannot be allocated under the lock, so there is a struct before it is known whether one is
// needed.
int pidfd_create(struct process *process, pid_t pid, uint32_t flags, struct file **store)
{
	struct pidfd *fresh = kzalloc(sizeof(*fresh)), *pidfd = NULL;
	int error = 0;

	assert_no_lock();
	if (!fresh)
		return -ENOMEM;
	waitq_init(&fresh->wait);
	spin_lock(&process_lock);
	if (!process)
		process = process_of_tid(pid);
	else
		pid = process->pid;
	if (!process)
		error = -ESRCH;
	else if (process->pid != pid)
		error = -ENOENT;
	else
		pidfd = attach(process, fresh);
	spin_unlock(&process_lock);
	if (pidfd != fresh)
		kfree(fresh);
	if (error)
		return error;
	error = anonymous_file_create(O_RDWR | flags, &pidfd_ops, pidfd, store);
	if (error)
		pidfd_put(pidfd);
	return error;
}

void pidfd_ended(struct process *process)
{
	assert_spin_held(&process_lock);
	if (unlikely(process->pidfd))
		waitq_wake_all(&process->pidfd->wait);
}

void pidfd_reaped(struct process *process)
{
	assert_spin_held(&process_lock);
	if (likely(!process->pidfd))
		return;
	process->pidfd->process = NULL;
	waitq_wake_all(&process->pidfd->wait);
	process->pidfd = NULL;
}
