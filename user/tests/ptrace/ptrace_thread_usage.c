// What wait4 says that a traced thread has used, which ends before its process does.

#include "ptrace.h"
#include "thread.h"
#include <sys/resource.h>

static void end_at_once(void *arg)
{
	(void)arg;
}

static void make_thread(void)
{
	struct test_thread thread = { 0 };

	start_thread(&thread, 0, end_at_once, NULL);
	join_thread(&thread);
	raise(SIGUSR1);
	for (;;)
		pause();
}

int main(void)
{
	pid_t pid = traced_child(make_thread), tid;
	unsigned long message = 0;
	struct rusage usage;
	int status = 0;

	must(SETOPTIONS, pid, 0, O_(TRACECLONE));
	go(CONT, pid, 0);
	must(GETEVENTMSG, pid, 0, &message);
	tid = (pid_t)message;
	wait_stop("the thread", tid);
	must(CONT, tid, 0, 0);
	must(CONT, pid, 0, 0);
	memset(&usage, 0xff, sizeof(usage));
	check("the thread has ended",
	      syscall(SYS_wait4, tid, &status, 0x40000000, &usage) == tid && WIFEXITED(status));
	check("it has used little", usage.ru_utime.tv_sec >= 0 && usage.ru_utime.tv_sec < 1000 &&
	                                    usage.ru_utime.tv_usec < 1000000 &&
	                                    usage.ru_minflt >= 0 && usage.ru_minflt < 1000 &&
	                                    usage.ru_nvcsw >= 0 && usage.ru_nvcsw < 1000);
	wait_stop("the process", pid);
	end(pid);
	return 0;
}
