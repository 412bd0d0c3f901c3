// job_control.c: job control. A terminal belongs to a session, and one of the session's groups is
// in its foreground. tty/ knows terminals; this layer knows sessions and groups, and answers
// through hooks.
#include "proc/job_control.h"

#include "fs/inode.h"
#include "fs/pipe.h"
#include "proc/group_signals.h"
#include "proc/process.h"
#include "proc/process_groups.h"
#include "proc/stop_continue.h"
#include "tty/tty.h"

// tty_hooks: send a signal to a group, before the call returns.
static void kill_group(pid_t group, int signo)
{
	signal_kill_group(group, signo, NULL);
}

// tty_hooks: send a signal to a session's leader, whose pid is the session's number.
static void signal_leader(pid_t session, int signo)
{
	struct process *leader;

	spin_lock(&process_lock);
	leader = process_find(session);
	if (leader && leader->sid == session)
		(void)signal_send(leader, signo, NULL);
	spin_unlock(&process_lock);
}

// tty_hooks: who calls the terminal.
static struct tty_caller caller(void)
{
	const struct process *process = process_current();
	struct tty_caller result;

	spin_lock(&process_lock); // the parent may move the process to another group
	result = (struct tty_caller){ process->pid, process->pgid, process->sid };
	spin_unlock(&process_lock);
	return result;
}

// tty_hooks: returns true if the current thread ignores or blocks the signal.
static bool ignores(int signo)
{
	struct sigaction action = signal_action(&process_current()->signals, signo);

	return action.sa_handler == SIG_IGN || (thread_current()->sigmask & signal_bit(signo));
}

// tty_hooks: the session of a group, or 0 if there is no such group.
static pid_t session_of_group(pid_t group)
{
	pid_t session;

	spin_lock(&process_lock);
	session = group_session(group);
	spin_unlock(&process_lock);
	return session;
}

// Send the current thread a signal for what it has tried to do, as if it had sent the signal
// itself.
static void signal_self(int signo)
{
	struct signal_info info = signal_info_own(SI_USER);

	signal_send_thread(thread_current(), signo, &info);
}

// sigpipe_hook: the current thread has written to a pipe without readers.
static void broken_pipe(void)
{
	signal_self(SIGPIPE);
}

// size_limit_hook: the current thread wanted to make a file larger than RLIMIT_FSIZE.
static void file_too_large(void)
{
	signal_self(SIGXFSZ);
}

// Hooks, because tty/ and fs/ are lower layers: they may not include this one.
void terminal_init(void)
{
	static const struct tty_hooks hooks = {
		.signal_group = signal_send_group,
		.kill_group = kill_group,
		.signal_leader = signal_leader,
		.caller = caller,
		.ignores = ignores,
		.orphaned = job_group_orphaned,
		.group_session = session_of_group,
	};

	tty_hooks = &hooks;
	sigpipe_hook = broken_pipe;
	size_limit_hook = file_too_large;
}
