// prctl's requests about capabilities (PR_SET_KEEPCAPS, PR_CAPBSET_DROP), and the capability that
// lowering oom_score_adj takes.

#include "test.h"
#include <abi/capability.h>
#include <abi/prctl.h>

static long prctl(int option, unsigned long arg)
{
	return syscall(SYS_prctl, option, arg, 0, 0, 0);
}

// Print the line of a set in /proc/self/status.
static void show_set(const char *what, const char *name)
{
	static char text[4096];
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	char *at;

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, name);
	say("%s: %.*s\n", what, at ? (int)strcspn(at, "\n") : 0, at);
}

static void write_adj(const char *value)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	say("%s: ", value);
	show("write", write(fd, value, strlen(value)));
	close(fd);
}

static void set_user(int user)
{
	syscall(SYS_setresuid32, user, user, user);
}

static void keeps(const char *self)
{
	if (fork_or_end() == 0) {
		show("keep", prctl(PR_GET_KEEPCAPS, 0));
		show("set to 2", prctl(PR_SET_KEEPCAPS, 2));
		show("set", prctl(PR_SET_KEEPCAPS, 1));
		show("keep", prctl(PR_GET_KEEPCAPS, 0));
		set_user(1000);
		show_set("kept", "CapPrm");
		show_set("but not in effect", "CapEff");
		execve(self, (char *[]){ (char *)self, "again", NULL }, NULL);
		_exit(1);
	}
	wait(NULL);
	if (fork_or_end() == 0) {
		set_user(1000);
		show_set("not kept", "CapPrm");
		_exit(0);
	}
	wait(NULL);
}

static void bounds(void)
{
	show("read", prctl(PR_CAPBSET_READ, CAP_SYS_BOOT));
	show("read beyond the last", prctl(PR_CAPBSET_READ, CAP_LAST_CAP + 1));
	show("read of a large number", prctl(PR_CAPBSET_READ, 0xffffffffu));
	show("drop beyond the last", prctl(PR_CAPBSET_DROP, CAP_LAST_CAP + 1));
	show("drop", prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT));
	show("read", prctl(PR_CAPBSET_READ, CAP_SYS_BOOT));
	show_set("bounding", "CapBnd");
	show_set("permitted", "CapPrm");
	if (fork_or_end() == 0) {
		set_user(1000);
		show("drop without CAP_SETPCAP", prctl(PR_CAPBSET_DROP, CAP_CHOWN));
		show("and beyond the last", prctl(PR_CAPBSET_DROP, 1000));
		_exit(0);
	}
	wait(NULL);
}

static void scores(void)
{
	write_adj("-500");
	write_adj("100");
	if (fork_or_end() == 0) {
		set_user(1000);
		prctl(PR_SET_DUMPABLE, 1);
		write_adj("99");
		write_adj("200");
		write_adj("100");
		write_adj("-1000");
		_exit(0);
	}
	wait(NULL);
	write_adj("0");
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		show("keep after an exec", prctl(PR_GET_KEEPCAPS, 0));
		show_set("after an exec", "CapPrm");
		return 0;
	}
	scores();
	keeps(argv[0]);
	bounds();
	return 0;
}
