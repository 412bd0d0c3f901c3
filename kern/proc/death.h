// death.h: the reports why programs die: one line in the log, and the line `death` of the
// transcript. The kernel option `deaths=off` turns both off.
#pragma once

#include "kern.h"

struct process;
struct signal_info;

// Report that `signo` ends the current program, because its own instruction or its stack has caused
// the signal; `info` as for signal_force. The line names program, pid, signal, instruction,
// address, access, area and page-table entries.
// Caller: holds no lock.
void death_report(int signo, const struct signal_info *info);

// Report that `process` is killed because memory is out. `pages`: how many its end frees.
// Caller: may hold process_lock.
void death_report_oom(const struct process *process, size_t pages);
