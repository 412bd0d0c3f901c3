// procfs_descriptors.c: the open files of a process or of a thread, for /proc/PID/fd and fdinfo.
#include "fs/fdtable.h"
#include "fs/file_locks.h"
#include "fs/inode.h"
#include "fs/mount.h"
#include "proc/process.h"
#include "proc/procfs_pid.h"
#include "proc/thread_group.h"
#include "procfs/procfs.h"

// Returns the table of process `pid`, or if `tid` is not 0 of this thread of it; NULL if there is none.
// Borrowed. Caller: holds process_lock.
static struct fdtable *files_of(pid_t pid, pid_t tid)
{
	const struct process *process = process_find(pid);
	const struct thread *thread;

	assert_spin_held(&process_lock);
	if (!process)
		return NULL;
	if (!tid)
		return process_files(process);
	thread = thread_find(tid);
	return thread && thread->process == process ? thread->files : NULL;
}

struct inode *process_descriptor(pid_t pid, pid_t tid, int fd)
{
	struct inode *inode = NULL;
	struct fdtable *files;

	spin_lock(&process_lock);
	files = files_of(pid, tid);
	if (files)
		inode = fd_get_inode(files, fd);
	spin_unlock(&process_lock);
	return inode;
}

int process_next_descriptor(pid_t pid, pid_t tid, int fd, uint32_t *flags)
{
	struct fdtable *files;

	spin_lock(&process_lock);
	files = files_of(pid, tid);
	fd = files ? fd_next_flags(files, fd, flags) : -1;
	spin_unlock(&process_lock);
	return fd;
}

// A writer of a file of /proc.
struct seq_text {
	struct text_writer writer;
	struct seq *seq;
};

static bool write_seq(struct text_writer *writer, const char *text)
{
	struct seq *seq = container_of(writer, struct seq_text, writer)->seq;

	seq_write(seq, text, strlen(text));
	return !seq->overflow;
}

// fdinfo. The open file gets a reference, so that it cannot be closed meanwhile. The table gets none: the locks of
// an ending process would stay. It is only compared with the owners of locks.
int process_show_descriptor(struct seq *seq, pid_t pid, pid_t tid, int fd)
{
	struct seq_text text = { { write_seq }, seq };
	struct file *file = NULL;
	struct fdtable *files;
	int cloexec = 0;

	assert_no_lock();
	spin_lock(&process_lock);
	files = files_of(pid, tid);
	if (files) {
		file = fd_get(files, fd);
		cloexec = fd_get_cloexec(files, fd);
	}
	spin_unlock(&process_lock);
	if (!file)
		return -ENOENT;
	seq_printf(seq, "pos:\t%lld\nflags:\t0%o\nmnt_id:\t%u\nino:\t%u\n", file->position,
	           file->flags | (cloexec > 0 ? O_CLOEXEC : 0), mount_id(file->mount, file->inode),
	           file->inode->ino);
	file_locks_describe(file, files, &text.writer);
	if (file->ops->describe)
		file->ops->describe(file, &text.writer);
	file_put(file);
	return 0;
}

// locks: the locks of programs on files. A long list is made in parts: the writer says when one is full.
static bool write_part(struct text_writer *writer, const char *text)
{
	return write_seq(writer, text) &&
	       !seq_full(container_of(writer, struct seq_text, writer)->seq);
}

static int show_locks(struct seq *seq, pid_t pid)
{
	struct seq_text text = { { write_part }, seq };
	uint32_t next = seq->from;

	(void)pid;
	file_locks_list(&next, &text.writer);
	seq->next = next;
	return 0;
}

void procfs_locks_init(void)
{
	static struct procfs_file file = {
		.name = "locks",
		.mode = S_IFREG | 0444,
		.show = show_locks,
	};

	procfs_register(&file);
}
