// What clone lets share, each alone: handlers, descriptors, directories, the parent.

#include "../thread.h"

static volatile int word, child_parent;
static char stack[THREAD_STACK] __attribute__((aligned(16)));

static void nothing(int signo)
{
	(void)signo;
}

static void set_handler(void *arg)
{
	struct sigaction action = { .sa_handler = nothing };

	(void)arg;
	sigaction(SIGUSR1, &action, NULL);
	word = 1;
}

static void close_and_move(void *arg)
{
	close((int)(intptr_t)arg);
	chdir("/tmp");
	child_parent = getppid();
}

static long run(unsigned long flags, void (*function)(void *), void *arg)
{
	int status = -1;
	long pid = clone_raw(flags | CLONE_VM, stack + sizeof(stack), function, arg, NULL, NULL,
	                     NULL);

	if (pid > 0)
		waitpid((pid_t)pid, &status, WALL);
	return pid < 0 ? pid : status;
}

static bool has_handler(void)
{
	struct sigaction action;

	sigaction(SIGUSR1, NULL, &action);
	return action.sa_handler == nothing;
}

static void directories(const char *what, unsigned long flags)
{
	char path[64] = "";
	int fd = open("/", O_RDONLY);

	chdir("/");
	show(what, run(flags | SIGCHLD, close_and_move, (void *)(intptr_t)fd));
	getcwd(path, sizeof(path));
	say("now in %s, the descriptor is %s\n", path, fcntl(fd, F_GETFD) < 0 ? "closed" : "open");
	close(fd);
}

static void threads_files(void)
{
	static struct test_thread one;
	int fd = open("/", O_RDONLY);

	one.stack = stack;
	one.tid = -1;
	clone_raw(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_CHILD_CLEARTID,
	          stack + sizeof(stack), close_and_move, (void *)(intptr_t)fd, NULL, NULL,
	          &one.tid);
	join_thread(&one);
	check("a thread with its own descriptors closed its own", fcntl(fd, F_GETFD) == 0);
	close(fd);
}

static void unshare_files(void *arg)
{
	show("unshare", raw(SYS_unshare, CLONE_FILES | CLONE_FS, 0, 0, 0, 0));
	close_and_move(arg);
}

static void siblings(void)
{
	int status = -1;
	long pid;

	pid = clone_raw(CLONE_VM | CLONE_PARENT | SIGUSR2, stack + sizeof(stack), close_and_move,
	                (void *)-1, NULL, NULL, NULL);
	show("it is not this process's child", waitpid((pid_t)pid, &status, WALL));
	sleep_ms(10);
	check("it had the parent of this process", child_parent == getppid());
	_exit(5);
}

int main(void)
{
	struct sigaction none = { .sa_handler = SIG_DFL };
	int status;
	pid_t pid;

	show("a child without shared handlers", run(SIGCHLD, set_handler, NULL));
	check("its handler is its own", !has_handler());
	show("a child with them", run(CLONE_SIGHAND | SIGCHLD, set_handler, NULL));
	check("its handler is here too", has_handler());
	sigaction(SIGUSR1, &none, NULL);
	check("and goes", !has_handler());
	directories("nothing shared", 0);
	directories("descriptors shared", CLONE_FILES);
	directories("directories shared", CLONE_FS);
	threads_files();
	directories("both", CLONE_FS | CLONE_FILES);
	show("both, but then not", run(CLONE_FS | CLONE_FILES | SIGCHLD, unshare_files, (void *)1));
	show("unshare nothing", syscall(SYS_unshare, 0));
	show("unshare what nobody shares",
	     syscall(SYS_unshare, CLONE_FILES | CLONE_FS | CLONE_VM | CLONE_THREAD | CLONE_SIGHAND));
	show("unshare an exit signal", syscall(SYS_unshare, SIGCHLD));
	fflush(stdout);
	pid = fork_or_end();
	if (pid == 0)
		siblings();
	for (int i = 0; i < 2; i++) {
		pid_t child = waitpid(-1, &status, WALL);

		say("%s: ", child == pid ? "the child" : "its sibling");
		show_status("ended", status);
	}
	return 0;
}
