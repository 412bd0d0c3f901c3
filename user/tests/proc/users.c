// What processes of different users may do to each other: signals, priorities, limits, memory; and
// programs with set-id bits.
#include "test.h"

#include <abi/capability.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/uio.h>

static char secret[] = "secret";

// A process to act on: real, effective and saved user.
static pid_t victim(unsigned int real, unsigned int effective, unsigned int saved)
{
	int ready[2];
	char byte;
	pid_t pid;

	pipe(ready);
	pid = fork_or_end();
	if (!pid) {
		syscall(SYS_setresgid32, real, real, real);
		syscall(SYS_setresuid32, real, effective, saved);
		syscall(SYS_prctl, 4, 1, 0, 0,
		        0); // PR_SET_DUMPABLE: the change of ids has cleared it
		write(ready[1], "", 1);
		for (;;)
			pause();
	}
	read(ready[0], &byte, 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static int prlimit_of(pid_t pid)
{
	uint64_t limit[2];

	return (int)syscall(SYS_prlimit64, pid, RLIMIT_CORE, NULL, limit);
}

static long read_secret(pid_t pid)
{
	char copy[8];
	struct iovec here = { copy, sizeof(secret) }, there = { secret, sizeof(secret) };

	return syscall(SYS_process_vm_readv, pid, &here, 1, &there, 1, 0);
}

static void act_on(pid_t pid)
{
	unsigned int cpus = 1;
	void *head;
	size_t size;
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	show("  kill 0", kill(pid, 0));
	show("  SIGWINCH", kill(pid, SIGWINCH));
	show("  SIGCONT", kill(pid, SIGCONT));
	show("  no signal", kill(pid, 65));
	show("  tkill", (int)syscall(SYS_tkill, pid, SIGWINCH));
	show("  tgkill", (int)syscall(SYS_tgkill, pid, pid, SIGWINCH));
	show("  pidfd_send_signal", (int)syscall(SYS_pidfd_send_signal, pidfd, SIGWINCH, NULL, 0));
	show("  pidfd_getfd", (int)syscall(SYS_pidfd_getfd, pidfd, 1, 0) < 0 ? -1 : 0);
	show("  setpriority 5", (int)syscall(SYS_setpriority, PRIO_PROCESS, pid, 5));
	show("  setpriority 4", (int)syscall(SYS_setpriority, PRIO_PROCESS, pid, 4));
	show("  getpriority", (int)syscall(SYS_getpriority, PRIO_PROCESS, pid));
	show("  sched_setaffinity", (int)syscall(SYS_sched_setaffinity, pid, 4, &cpus));
	show("  prlimit", prlimit_of(pid));
	show("  process_vm_readv", read_secret(pid));
	show("  get_robust_list", (int)syscall(SYS_get_robust_list, pid, &head, &size));
}

// Pairs of the caller's and the other's ids: real, effective, saved.
static const unsigned int pairs[][6] = {
	{ 0, 0, 0, 5, 5, 5 }, { 5, 5, 5, 0, 0, 0 }, { 5, 5, 5, 5, 5, 5 }, { 5, 5, 5, 5, 6, 6 },
	{ 5, 5, 5, 6, 5, 6 }, { 5, 5, 5, 6, 6, 5 }, { 5, 6, 5, 6, 6, 6 }, { 6, 5, 5, 6, 6, 6 },
	{ 5, 5, 6, 6, 6, 6 }, { 0, 5, 5, 6, 6, 6 }, { 5, 0, 0, 6, 6, 6 },
};

static void each_pair(void)
{
	for (size_t i = 0; i < COUNT(pairs); i++) {
		const unsigned int *p = pairs[i];
		pid_t pid = victim(p[3], p[4], p[5]);

		say("%u %u %u on %u %u %u\n", p[0], p[1], p[2], p[3], p[4], p[5]);
		if (!fork_or_end()) {
			syscall(SYS_setresgid32, p[0], p[0], p[0]);
			syscall(SYS_setresuid32, p[0], p[1], p[2]);
			act_on(pid);
			_exit(0);
		}
		wait(NULL);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

static void groups(void)
{
	pid_t first = victim(5, 5, 5), second = victim(6, 6, 6);

	setpgid(first, first);
	setpgid(second, first);
	if (!fork_or_end()) {
		syscall(SYS_setresuid32, 5, 5, 5);
		show("a group with one's own process", kill(-first, SIGWINCH));
		show("no signal to it", kill(-first, 70));
		kill(first, SIGKILL);
		_exit(0);
	}
	wait(NULL);
	wait(NULL);
	if (!fork_or_end()) {
		syscall(SYS_setresuid32, 5, 5, 5);
		show("a group without", kill(-first, SIGWINCH));
		show("asking", kill(-first, 0));
		_exit(0);
	}
	wait(NULL);
	kill(second, SIGKILL);
	wait(NULL);
}

static void own_limits(void)
{
	struct rlimit limit = { 100, 200 };

	syscall(SYS_setrlimit, RLIMIT_NOFILE, &limit);
	syscall(SYS_setresuid32, 5, 5, 5);
	limit.rlim_max = 300;
	show("raise a hard limit", (int)syscall(SYS_setrlimit, RLIMIT_NOFILE, &limit));
	limit.rlim_max = 150;
	show("lower it", (int)syscall(SYS_setrlimit, RLIMIT_NOFILE, &limit));
	limit.rlim_cur = 150;
	show("raise the soft one", (int)syscall(SYS_setrlimit, RLIMIT_NOFILE, &limit));
	show("nice 3", (int)syscall(SYS_nice, 3));
	show("nice -1", (int)syscall(SYS_nice, -1));
	show("nice 0", (int)syscall(SYS_nice, 0));
	show("setpriority 2", (int)syscall(SYS_setpriority, PRIO_PROCESS, 0, 2));
	show("of the user", (int)syscall(SYS_setpriority, PRIO_USER, 5, 7));
	show("of another", (int)syscall(SYS_setpriority, PRIO_USER, 77, 7));
	show("getpriority", (int)syscall(SYS_getpriority, PRIO_USER, 0));
	show("reboot", (int)syscall(SYS_reboot, 0, 0, 0, 0));
}

// Report who this program runs as.
static int report(void)
{
	unsigned int u[3], g[3];
	struct cap_user_header header = { LINUX_CAPABILITY_VERSION_3, 0 };
	struct cap_user_data caps[2];

	syscall(SYS_getresuid32, &u[0], &u[1], &u[2]);
	syscall(SYS_getresgid32, &g[0], &g[1], &g[2]);
	syscall(SYS_capget, &header, caps);
	say("  %u %u %u (%ld) %u %u %u (%ld), vector %lu %lu %lu %lu, secure %lu, %x %x\n", u[0],
	    u[1], u[2], syscall(SYS_setfsuid32, -1), g[0], g[1], g[2], syscall(SYS_setfsgid32, -1),
	    getauxval(AT_UID), getauxval(AT_EUID), getauxval(AT_GID), getauxval(AT_EGID),
	    getauxval(AT_SECURE), caps[0].effective, caps[0].permitted);
	return 0;
}

static void copy_self(const char *self)
{
	static char part[4096];
	int in = open(self, O_RDONLY), out = open("/tmp/setid", O_WRONLY | O_CREAT, 0755);
	ssize_t n;

	while ((n = read(in, part, sizeof(part))) > 0)
		write(out, part, (size_t)n);
	close(in);
	close(out);
}

static void exec_as(unsigned int real, unsigned int effective, unsigned int saved)
{
	static char *const argv[] = { "setid", "report", NULL };
	static char *const envp[] = { NULL };

	if (!fork_or_end()) {
		syscall(SYS_setresgid32, real, effective, saved);
		syscall(SYS_setresuid32, real, effective, saved);
		execve("/tmp/setid", argv, envp);
		say("  execve: %s\n", error_name(errno));
		_exit(1);
	}
	wait(NULL);
}

static void set_id_programs(const char *self)
{
	static const struct {
		unsigned int user, group;
		mode_t mode;
	} files[] = { { 0, 0, 0755 },  { 5, 6, 04755 }, { 5, 6, 02755 }, { 5, 6, 02745 },
		      { 5, 6, 06755 }, { 0, 0, 06755 }, { 5, 6, 0700 },  { 0, 0, 0600 } };

	copy_self(self);
	for (size_t i = 0; i < COUNT(files); i++) {
		syscall(SYS_chown32, "/tmp/setid", files[i].user, files[i].group);
		chmod("/tmp/setid", files[i].mode);
		say("%u:%u %o\n", files[i].user, files[i].group, files[i].mode);
		exec_as(0, 0, 0);
		exec_as(7, 7, 7);
		exec_as(5, 5, 5);
		exec_as(7, 8, 9);
		exec_as(7, 0, 7);
		exec_as(0, 7, 7);
	}
}

// Who has sent a signal.
static void senders(void)
{
	sigset_t set = { { 1u << (SIGUSR1 - 1) | 1u << (SIGCHLD - 1), 0 } };
	siginfo_t info;
	pid_t parent = getpid();

	sigprocmask(SIG_BLOCK, &set, NULL);
	if (!fork_or_end()) {
		syscall(SYS_setresuid32, 1234, 0, 0);
		kill(parent, SIGUSR1);
		_exit(0);
	}
	wait(NULL);
	for (int i = 0; i < 2; i++) {
		long signo = syscall(SYS_rt_sigtimedwait, &set, &info, NULL, 8);

		say("signal %ld from user %d\n", signo, (int)info.si_uid);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return report();
	each_pair();
	show_child("groups", groups);
	show_child("limits", own_limits);
	set_id_programs(argv[0]);
	show_child("senders", senders);
	return 0;
}
