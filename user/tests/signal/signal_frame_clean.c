// The registers in a signal's frame, and those that a tracer reads, hold nothing of other processes: not
// in the bytes either that the processor leaves as they are when it stores its registers.

#include "ptrace.h"

#include <sys/msg.h>
#include <ucontext.h>

#define AT_FXSAVE 112 // in the frame: FSAVE's format comes before FXSAVE's
#define IMAGE 512     // bytes of FXSAVE's image
#define SECRET 'S'

struct message {
	long type;
	char text[480];
};

// Leave a secret in memory of the kernel that is free.
static void leave_secret(void)
{
	struct message message = { .type = 1 };
	int id = (int)syscall(SYS_msgget, IPC_PRIVATE, 0600);

	memset(message.text, SECRET, sizeof(message.text));
	for (int i = 0; i < 8; i++)
		syscall(SYS_msgsnd, id, &message, sizeof(message.text), 0);
	for (int i = 0; i < 8; i++)
		syscall(SYS_msgrcv, id, &message, sizeof(message.text), 0, 0);
	syscall(SYS_msgctl, id, IPC_RMID, NULL);
}

static void check_image(const char *what, const unsigned char *image)
{
	bool found = false;

	for (int i = 0; i + 4 <= IMAGE; i++)
		found |= !memcmp(image + i, "SSSS", 4);
	check(what, !found);
}

static void handler(int signo, siginfo_t *info, void *context)
{
	const unsigned char *registers = (void *)((ucontext_t *)context)->uc_mcontext.fpregs;

	(void)signo;
	(void)info;
	check_image("the frame has nothing of others", registers + AT_FXSAVE);
}

static void child(void)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	_exit(0);
}

int main(void)
{
	static unsigned char image[IMAGE];
	volatile double number = 1.5;
	int status;
	pid_t pid;

	number *= number; // from now on this process has registers, which a child gets
	leave_secret();
	pid = fork_or_end();
	if (pid == 0)
		child();
	waitpid(pid, &status, 0);
	must(GETFPXREGS, pid, 0, image);
	check_image("a tracer sees nothing of others", image);
	must(CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	must(CONT, pid, 0, SIGUSR1);
	waitpid(pid, &status, 0);
	show_status("child", status);
	return 0;
}
