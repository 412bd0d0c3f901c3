// death.h: the reports why programs die: one line in the log, and the line `death` of the
// transcript. The kernel option `deaths=off` turns both off. After 16 reports at once only one
// report a second is made; the others are counted, and the next report says how many there were.
#pragma once

#include "kern.h"

struct process;
struct signal_info;

// Report that `signo` ends the current program, because its own instruction or its stack has caused
// the signal; *info: the description of the signal (struct signal_info). The line names program,
// pid, signal, instruction, address, access, area and page-table entries. It does not end the
// program, and does nothing with `deaths=off` or after too many reports. Sleeps. Caller: holds no
// lock.
void death_report(int signo, const struct signal_info *info);

// Report that `process` is killed because memory is out. This only writes the report (nothing with
// `deaths=off` or after too many reports); the caller kills. `pages`: about how many pages of 4 KiB
// the end of the process frees (oom_measure). `why`: words that say why it is this process; the
// number of pages follows them. The caller holds process_lock or keeps `process` in another way;
// any lock may be held.
void death_report_oom(const struct process *process, size_t pages, const char *why);
