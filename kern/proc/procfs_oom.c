// procfs_oom.c: /proc/PID/oom_score and oom_score_adj, as Linux has them.
#include <abi/stat.h>
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include "procfs/procfs.h"
#include "mem/page.h"
#include "proc/oom.h"
#include "proc/process.h"

#define TEXT_MAX 12 // bytes that count of what is written

// A process's points, of a thousand for all memory, as Linux 6 shows them: between 0 for who is spared
// and 1,333; two thirds of a thousand where the process holds nothing.
static long score(const struct oom_measure *measure)
{
	long total = (long)page_usable_count();

	if (measure->adj == OOM_SCORE_ADJ_MIN)
		return 0;
	return (OOM_SCORE_ADJ_MAX + measure->points * OOM_SCORE_ADJ_MAX / total) * 2 / 3;
}

static int show_score(struct seq *seq, pid_t pid)
{
	struct oom_measure measure;
	int error = oom_measure(pid, &measure);

	if (!error)
		seq_printf(seq, "%ld\n", MAX(score(&measure), 0l));
	return error;
}

static int show_adjustment(struct seq *seq, pid_t pid)
{
	const struct process *process;
	int value = 0;

	spin_lock(&process_lock);
	process = process_find(pid);
	if (process)
		value = process->oom_score_adj;
	spin_unlock(&process_lock);
	if (!process)
		return -ESRCH;
	seq_printf(seq, "%d\n", value);
	return 0;
}

// Store the number that is all of `text`, but for blanks around it, in *store. Returns 0; -EINVAL for
// anything else or a number that oom_score_adj may not be; -ERANGE for one that is no int.
static int parse(char *text, int *store)
{
	long long value;
	char *end;

	while (isspace(*text))
		text++;
	if (!isdigit(text[*text == '-' || *text == '+']))
		return -EINVAL;
	value = strtoll(text, &end, 0);
	while (isspace(*end))
		end++;
	if (*end)
		return -EINVAL;
	if (value < INT_MIN || value > INT_MAX)
		return -ERANGE;
	*store = (int)value;
	return value < OOM_SCORE_ADJ_MIN || value > OOM_SCORE_ADJ_MAX ? -EINVAL : 0;
}

// Processes that share memory live and die together; but a child of vfork is only about to leave.
static int store_adjustment(const char *text, size_t length, pid_t pid)
{
	const struct aspace *shared = NULL;
	struct process *meant, *process;
	char number[TEXT_MAX + 1] = { 0 };
	int value, error;

	memcpy(number, text, MIN(length, (size_t)TEXT_MAX));
	error = parse(number, &value);
	if (error)
		return error;
	spin_lock(&process_lock);
	meant = process_find(pid);
	if (meant) {
		meant->oom_score_adj = (int16_t)value;
		shared = meant->vforked ? NULL : meant->aspace;
	}
	list_for_each(process, &all_processes, all_link)
		if (shared && process->aspace == shared)
			process->oom_score_adj = (int16_t)value;
	spin_unlock(&process_lock);
	return meant ? 0 : -ESRCH;
}

void oom_files_init(void)
{
	static struct procfs_file files[] = {
		{ .name = "oom_score", .mode = S_IFREG | 0444, .show = show_score },
		{ .name = "oom_score_adj",
		  .mode = S_IFREG | 0644,
		  .show = show_adjustment,
		  .store = store_adjustment },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register_process(&files[i]);
}
