// procfs_oom.c: /proc/PID/oom_score and oom_score_adj, in Linux's form (proc(5)).
#include "mem/page.h"
#include "proc/oom.h"
#include "proc/process.h"
#include "procfs/procfs.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include <abi/stat.h>
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>

#define TEXT_MAX 12 // bytes of a write that are read

// Returns a process's points in thousandths of all memory, scaled as Linux 6 does: 0 for an exempt
// process, 667 for one that holds nothing, up to 1,333.
static long score(const struct oom_measure *measure)
{
	long total = (long)page_usable_count();

	if (measure->adj == OOM_SCORE_ADJ_MIN)
		return 0;
	return (OOM_SCORE_ADJ_MAX + measure->points * OOM_SCORE_ADJ_MAX / total) * 2 / 3;
}

// oom_score.
static int show_score(struct seq *seq, pid_t pid)
{
	struct oom_measure measure;
	int error;

	oom_measure_begin(false);
	error = oom_measure(pid, &measure);
	oom_measure_end(false);
	if (!error)
		seq_printf(seq, "%ld\n", MAX(score(&measure), 0l));
	return error;
}

// Reading oom_score_adj.
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

// Store in *store the number that `text` consists of; blanks around it are allowed. Returns 0;
// -EINVAL if `text` is anything else, or if the number is out of range for oom_score_adj; -ERANGE
// if it is no int.
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

// Returns true if `process` runs in the memory of a parent that waits for it. Caller: holds
// process_lock.
static bool is_vforked(const struct process *process)
{
	assert_spin_held(&process_lock);
	return !process->zombie && process_thread(process)->vfork;
}

// Set the value of a process; with `privileged` also as the lowest one. Caller: holds process_lock.
static void set_adjustment(struct process *process, int value, bool privileged)
{
	assert_spin_held(&process_lock);
	process->oom_score_adj = (int16_t)value;
	if (privileged)
		process->oom_score_adj_min = (int16_t)value;
}

// Writing oom_score_adj. A process with CAP_SYS_RESOURCE also sets the lowest value that one without may
// set later. Processes that share memory get the same value, since they are killed
// together. A child of vfork that has not executed a program yet changes only its own: it will
// leave the shared memory.
static int store_adjustment(const char *text, size_t length, pid_t pid)
{
	const struct aspace *shared = NULL;
	bool privileged = capable(CAP_SYS_RESOURCE);
	struct process *meant, *process;
	char number[TEXT_MAX + 1] = { 0 };
	int value, error;

	memcpy(number, text, MIN(length, (size_t)TEXT_MAX));
	error = parse(number, &value);
	if (error)
		return error;
	spin_lock(&process_lock);
	meant = process_find(pid);
	if (meant && !privileged && value < meant->oom_score_adj_min)
		error = WHY(-EACCES, "a value below %d takes CAP_SYS_RESOURCE",
		            meant->oom_score_adj_min);
	if (meant && !error) {
		set_adjustment(meant, value, privileged);
		shared = is_vforked(meant) ? NULL : meant->aspace;
	}
	list_for_each(process, &all_processes, all_link)
		if (shared && process->aspace == shared)
			set_adjustment(process, value, privileged);
	spin_unlock(&process_lock);
	return meant ? error : -ESRCH;
}

// /proc finds the files by their names; they must stay valid, hence static.
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
