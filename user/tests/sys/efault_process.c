// Calls about processes and time, with pointers that lead nowhere.

#include "efault.h"

static void start_child(void)
{
	if (fork() == 0)
		_exit(1);
}

// The child is gone although its status could not be stored.
static void wait_badly(enum bad_pointer which)
{
	char what[64];

	start_child();
	snprintf(what, sizeof(what), "wait4, status at %s", bad_names[which]);
	show(what, wait4(-1, bad_pointer(which), 0, NULL));
	show("  and then", wait4(-1, NULL, 0, NULL));
}

static void bad_pipe(void)
{
	int fds[2];

	TRY_WRITE("pipe", syscall(SYS_pipe, p));
	pipe(fds);
	check("no descriptor was lost", fds[0] == 3 && fds[1] == 4);
}

int main(void)
{
	static const char *path = "/bin/true";
	struct timespec short_time = { 0, 1 };
	int which;

	bad_pipe();
	for (which = BAD_UNMAPPED; which < BAD_POINTERS; which++)
		wait_badly((enum bad_pointer)which);
	TRY_READ("nanosleep", syscall(SYS_nanosleep, p, NULL));
	TRY("nanosleep, what is left", BAD_NULL, BAD_POINTERS,
	    syscall(SYS_nanosleep, &short_time, p));
	TRY_WRITE("clock_gettime", syscall(SYS_clock_gettime, CLOCK_MONOTONIC, p));
	TRY_WRITE("uname", syscall(SYS_uname, p));
	TRY("set_thread_area", BAD_NULL, BAD_CODE, syscall(SYS_set_thread_area, p));

	TRY("execve, argv", BAD_UNMAPPED, BAD_CODE, syscall(SYS_execve, path, p, NULL));
	TRY("execve, envp", BAD_UNMAPPED, BAD_CODE, syscall(SYS_execve, path, NULL, p));
	TRY("execve, an argument", BAD_UNMAPPED, BAD_CODE,
	    syscall(SYS_execve, path, ((char *[]){ "x", p, NULL }), NULL));
	TRY("execve, a variable", BAD_UNMAPPED, BAD_CODE,
	    syscall(SYS_execve, path, NULL, ((char *[]){ p, NULL })));
	say("still here\n");
	return 0;
}
