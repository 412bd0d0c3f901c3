// procfs_mounts.c: what is mounted: /proc/mounts, /proc/PID/mounts and mountinfo (proc(5)), as the
// reader sees it from its root directory.
#include "fs/path.h"
#include "mem/heap.h"
#include "procfs/procfs.h"
#include "thread/thread.h"
#include "thread/yield.h"
#include <abi/device.h>
#include <abi/limits.h>
#include <abi/stat.h>

#define LINE_COST 3000 // about how many instructions it takes to write a line

// What the line of a mount shows.
struct line {
	char point[PATH_MAX], root[PATH_MAX]; // paths begin anywhere in them:
	const char *point_at, *root_at;
	char source[PATH_MAX];
	const char *type;
	uint32_t id, parent, flags;
	dev_t dev;
	bool read_only; // the file system
	mode_t mode;    // of the root of a tmpfs, where that is not usual; else 0
};

// Write a path or a name, with spaces and their like as "\040", so that it stays one word.
static void write_word(struct seq *seq, const char *text)
{
	for (; *text; text++) {
		if (strchr(" \t\n\\#", *text))
			seq_printf(seq, "\\%03o", (unsigned int)(unsigned char)*text);
		else
			seq_write(seq, text, 1);
	}
}

// Write the flags of a mount, the first one without a comma.
static void write_flags(struct seq *seq, uint32_t flags, bool read_only)
{
	static const struct {
		uint32_t flag;
		const char *text;
	} names[] = {
		{ MS_NOSUID, ",nosuid" },         { MS_NODEV, ",nodev" },
		{ MS_NOEXEC, ",noexec" },         { MS_NOATIME, ",noatime" },
		{ MS_NODIRATIME, ",nodiratime" }, { MS_RELATIME, ",relatime" },
	};

	seq_printf(seq, read_only ? "ro" : "rw");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			seq_printf(seq, "%s", names[i].text);
}

// Fill in the line of mount number `index`; those of the tree itself have the numbers 0 and 1. Returns
// false if there are no more, or, with line->point_at NULL, if the reader does not see it.
static bool look_at_mount(size_t index, struct line *line)
{
	const struct fs_context *fs = thread_current()->fs_context;
	struct position root = fs->root, at;
	const struct mount *mount = index < 2 ? NULL : mount_at(index - 2);
	const char *text;

	assert_mutex_held(&tree_lock);
	line->point_at = NULL;
	if (index < 2) {
		line->point_at = root.inode == tree_root && !root.mount ? index ? "/proc" : "/" :
		                                                          NULL;
		line->root_at = "/";
		line->dev = index ? VOLUME_PROC : VOLUME_TREE;
		line->id = 20 + minor(line->dev);
		line->parent = index ? 22 : 1;
		line->flags = MS_RELATIME;
		line->type = index ? "proc" : "tmpfs";
		strlcpy(line->source, line->type, sizeof(line->source));
		line->read_only = false;
		line->mode = 0;
		return true;
	}
	if (!mount)
		return false;
	at = (struct position){ mount->root, (struct mount *)mount };
	text = position_path(&at, &root, line->point, sizeof(line->point));
	if (text && *text == '/')
		line->point_at = text;
	at.mount = NULL;
	root = (struct position){ mount->volume ? mount->volume->root : tree_root, NULL };
	text = mount->root->dev == VOLUME_PROC ?
	               "/" :
	               position_path(&at, &root, line->root, sizeof(line->root));
	line->root_at = text ? text : "/";
	line->dev = mount->root->dev;
	line->type = line->dev == VOLUME_PROC ? "proc" : "tmpfs";
	line->id = mount->id;
	line->parent = mount->parent ? mount->parent->id : inode_mount_id(mount->point);
	line->flags = mount->flags;
	line->read_only = mount->volume && mount->volume->read_only;
	line->mode = mount->volume && (mount->volume->root->mode & 07777) != 01777 ?
	                     mount->volume->root->mode & 07777 :
	                     0;
	strlcpy(line->source, mount->source, sizeof(line->source));
	return true;
}

// Write a line of mounts: fstab(5).
static void write_short(struct seq *seq, const struct line *line)
{
	write_word(seq, line->source);
	seq_printf(seq, " ");
	write_word(seq, line->point_at);
	seq_printf(seq, " %s ", line->type);
	write_flags(seq, line->flags, line->read_only || (line->flags & MS_RDONLY));
	if (line->mode)
		seq_printf(seq, ",mode=%03o", line->mode);
	seq_printf(seq, " 0 0\n");
}

// Write a line of mountinfo.
static void write_long(struct seq *seq, const struct line *line)
{
	seq_printf(seq, "%u %u %u:%u ", line->id, line->parent, major(line->dev), minor(line->dev));
	write_word(seq, line->root_at);
	seq_printf(seq, " ");
	write_word(seq, line->point_at);
	seq_printf(seq, " ");
	write_flags(seq, line->flags, line->flags & MS_RDONLY);
	seq_printf(seq, " - %s ", line->type);
	write_word(seq, line->source);
	seq_printf(seq, line->read_only ? " ro" : " rw");
	if (line->mode)
		seq_printf(seq, ",mode=%03o", line->mode);
	seq_printf(seq, "\n");
}

// Write the lines from number seq->from on. Returns 0, -ENOMEM or -EINTR.
static int write_mounts(struct seq *seq, void (*write)(struct seq *, const struct line *))
{
	struct line *line = kmalloc(sizeof(*line));
	size_t index = seq->from;
	bool more = true;
	int error = line ? 0 : -ENOMEM;

	while (!error && more && !seq_full(seq)) {
		mutex_lock(&tree_lock);
		more = look_at_mount(index, line);
		tree_unlock();
		if (more && line->point_at)
			write(seq, line);
		index++;
		if (seq->overflow)
			error = -ENOMEM;
		else if (yield_after(LINE_COST))
			error = -EINTR;
	}
	if (more)
		seq->next = index;
	kfree(line);
	return error;
}

// mounts. Contract: procfs_file.show.
static int show_mounts(struct seq *seq, pid_t pid)
{
	(void)pid;
	return write_mounts(seq, write_short);
}

// mountinfo. Contract: procfs_file.show.
static int show_mountinfo(struct seq *seq, pid_t pid)
{
	(void)pid;
	return write_mounts(seq, write_long);
}

void procfs_mounts_init(void)
{
	static struct procfs_file all = { .name = "mounts",
		                          .mode = S_IFREG | 0444,
		                          .show = show_mounts };
	static struct procfs_file of_process[] = {
		{ .name = "mounts", .mode = S_IFREG | 0444, .show = show_mounts },
		{ .name = "mountinfo", .mode = S_IFREG | 0444, .show = show_mountinfo },
	};

	procfs_register(&all);
	for (size_t i = 0; i < ARRAY_SIZE(of_process); i++)
		procfs_register_process(&of_process[i]);
}
