// kernel: debug
// Lack of memory at places that few programs reach: execve keeps in mind which signals are ignored, or
// fails; who uses the FPU for the first time gets its registers, or is killed.

#include "leak.h"
#include <sched.h>

static int fail_nth; // /proc/fail-nth: what the process allocates that writes there does not count
static const char *own_path;
static int go[2]; // a child goes on when a byte comes

static void arm(const char *text)
{
	if (pwrite(fail_nth, text, strlen(text), 0) < 0)
		say("fail-nth: %s\n", error_name(errno));
}

static bool has_failed(void)
{
	char text[16] = { 0 };
	int fd = open("/proc/fail-nth", O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	return strtoul(text, NULL, 10) == 0;
}

static void set_adj(const char *value)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	write(fd, value, strlen(value));
	close(fd);
}

// Run `action` in a child while allocations fail as `how` says. Returns the child's status.
static int run(void (*action)(void), const char *how, bool *failed)
{
	int status;
	pid_t pid = fork_or_end();
	char byte;

	if (pid == 0) {
		set_adj("0");
		read(go[0], &byte, 1);
		action();
	}
	sched_yield(); // the child sleeps: its read needs no memory any more
	arm(how);
	write(go[1], "!", 1);
	waitpid(pid, &status, 0);
	*failed = has_failed();
	arm("0");
	return status;
}

static void execute(void)
{
	execv(own_path, (char *[]){ "look", NULL });
	_exit(2); // refused
}

static void use_fpu(void)
{
	__asm__ volatile("fldz; fstp %st(0)");
	_exit(0);
}

static void try_exec(void)
{
	int kept = 0, refused = 0, other = 0;
	bool failed = true;
	char how[16];

	signal(SIGUSR1, SIG_IGN);
	for (int n = 1; failed; n++) {
		int status;

		snprintf(how, sizeof(how), "%d", n);
		status = run(execute, how, &failed);
		kept += WIFEXITED(status) && WEXITSTATUS(status) == 0;
		refused += WIFEXITED(status) && WEXITSTATUS(status) == 2;
		other += !WIFEXITED(status) || WEXITSTATUS(status) == 1;
	}
	check("execve fails where memory does", refused > 5);
	check("and else works", kept > 0);
	say("ignored signals forgotten: %d times\n", other);
}

static void try_fpu(void)
{
	bool failed;

	show_status("no memory for the FPU once", run(use_fpu, "1", &failed));
	check("an allocation failed", failed);
	show_status("no memory at all", run(use_fpu, "from 1", &failed));
	check("an allocation failed", failed);
}

int main(int argc, char *argv[])
{
	struct sigaction action;

	if (argc == 1 && strcmp(argv[0], "look") == 0) {
		sigaction(SIGUSR1, NULL, &action);
		_exit(action.sa_handler == SIG_IGN ? 0 : 1);
	}
	own_path = argv[0];
	fail_nth = open("/proc/fail-nth", O_WRONLY);
	pipe(go);
	set_adj("-1000");
	try_exec();
	try_fpu();
	return 0;
}
