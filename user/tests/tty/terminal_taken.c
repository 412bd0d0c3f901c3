// Who may take a terminal (TIOCSCTTY): the leader of a session without one. A terminal that another
// session has takes CAP_SYS_ADMIN too, and so does a descriptor that cannot be read.

#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int terminal, output_only;

// Ask for the terminal as the leader of a new session, and give it up again.
static void ask(const char *what, int fd, int steal)
{
	say("%s: ", what);
	if (show("TIOCSCTTY", ioctl(fd, TIOCSCTTY, steal)) == 0)
		show("  TIOCNOTTY", ioctl(fd, TIOCNOTTY));
}

static void as_root(void)
{
	ask("root, no leader", terminal, 1);
	setsid();
	ask("root", terminal, 0);
	ask("root, not to be read", output_only, 1);
}

static void as_user(void)
{
	syscall(SYS_setresuid32, 1000, 1000, 1000);
	ask("a user, no leader", terminal, 1);
	setsid();
	ask("a user", terminal, 0);
	ask("a user, by force", terminal, 1);
	ask("a user, not to be read", output_only, 0);
}

// Print whether the caller's session has the terminal.
static void show_owner(const char *what)
{
	pid_t session = -1;

	if (ioctl(terminal, TIOCGSID, &session) < 0)
		say("%s: %s\n", what, error_name(errno));
	else
		check(what, session == syscall(SYS_getsid, 0));
}

static void try_all(void)
{
	run_child(as_user);
	show_owner("after a user's attempts the terminal is ours");
	run_child(as_root);
	show_owner("after root's attempts");
}

// The leader of another session, which has the terminal.
static void with_terminal(void)
{
	setsid();
	show("taken", ioctl(terminal, TIOCSCTTY, 0));
	show("again", ioctl(terminal, TIOCSCTTY, 0));
	try_all();
}

int main(void)
{
	signal(SIGHUP, SIG_IGN); // comes with TIOCNOTTY
	terminal = open("/dev/console", O_RDWR);
	output_only = open("/dev/console", O_WRONLY);
	say("free:\n");
	try_all();
	run_child(with_terminal);
	return 0;
}
