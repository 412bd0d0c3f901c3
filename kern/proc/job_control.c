// job_control.c: job control: a terminal belongs to a session, and one of the session's groups is in
// its foreground. fs/ knows terminals, this layer knows sessions and groups.
#include "proc/job_control.h"

#include "fs/inode.h"
#include "fs/pipe.h"
#include "tty/tty.h"
#include "proc/process_groups.h"
#include "proc/stop_continue.h"
#include "proc/process.h"

static void signal_group(pid_t group, int signo)
{
	struct signal_info info = { .code = SI_KERNEL };

	signal_send_group(group, signo, &info);
}

static struct tty_caller caller(void)
{
	const struct process *process = process_current();

	return (struct tty_caller){ process->pid, process->pgid, process->sid };
}

static bool ignores(int signo)
{
	struct sigaction action = signal_action(&process_current()->signals, signo);

	return action.sa_handler == SIG_IGN || (thread_current()->sigmask & signal_bit(signo));
}

static pid_t session_of_group(pid_t group)
{
	pid_t session;

	spin_lock(&process_lock);
	session = group_session(group);
	spin_unlock(&process_lock);
	return session;
}

// The current thread gets a signal for what it has tried to do, as if it had sent it by itself.
static void signal_self(int signo)
{
	struct thread *thread = thread_current();
	struct signal_info info = { .code = SI_USER, .pid = thread->process->pid };

	signal_send_thread(thread, signo, &info);
}

// The caller has written to a pipe that nobody reads.
static void broken_pipe(void)
{
	signal_self(SIGPIPE);
}

// The caller wanted to make a file larger than RLIMIT_FSIZE.
static void file_too_large(void)
{
	signal_self(SIGXFSZ);
}

void terminal_init(void)
{
	static const struct tty_hooks hooks = {
		.signal_group = signal_group,
		.caller = caller,
		.ignores = ignores,
		.orphaned = job_group_orphaned,
		.group_session = session_of_group,
	};

	tty_hooks = &hooks;
	sigpipe_hook = broken_pipe;
	size_limit_hook = file_too_large;
}
