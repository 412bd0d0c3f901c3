// Leases on files: who may have one, what breaks it, who waits, and what /proc/locks shows.

#include "asleep.h"
#include "async.h"

#define PATH "/tmp/lease"

static int fd;

static int lease(int type)
{
	return fcntl(fd, F_SETLEASE, type);
}

static const char *type_name(int type)
{
	return type == F_RDLCK ? "F_RDLCK" :
	       type == F_WRLCK ? "F_WRLCK" :
	       type == F_UNLCK ? "F_UNLCK" :
	                         error_name(errno);
}

static void show_type(const char *what)
{
	say("%s: %s\n", what, type_name(fcntl(fd, F_GETLEASE)));
}

// Open the file, and close it again.
static void show_open(const char *what, int flags)
{
	int other = open(PATH, flags);

	if (other < 0)
		say("%s: %s\n", what, error_name(errno));
	else
		say("%s: opened\n", what);
	close(other);
}

static void reopen(int flags)
{
	close(fd);
	fd = open(PATH, flags);
}

static void show_errors(void)
{
	int ends[2], other;

	reopen(O_RDONLY);
	show_type("at first");
	show("end no lease", lease(F_UNLCK));
	show("type 3", lease(3));
	show("type -1", lease(-1));
	pipe(ends);
	show("a pipe", fcntl(ends[0], F_SETLEASE, F_RDLCK));
	show("a pipe", fcntl(ends[0], F_GETLEASE));
	show("a directory", fcntl(open("/tmp", O_RDONLY), F_SETLEASE, F_RDLCK));
	show("/dev/null", fcntl(open("/dev/null", O_RDONLY), F_SETLEASE, F_RDLCK));
	show("O_PATH", fcntl(open(PATH, O_PATH), F_SETLEASE, F_RDLCK));
	show("O_PATH", fcntl(open(PATH, O_PATH), F_GETLEASE));
	other = open(PATH, O_WRONLY);
	show("F_RDLCK while it is open for writing", lease(F_RDLCK));
	close(other);
	other = open(PATH, O_RDONLY);
	show("F_WRLCK while it is open", lease(F_WRLCK));
	show("F_RDLCK while it is open", lease(F_RDLCK));
	show("F_RDLCK of the other", fcntl(other, F_SETLEASE, F_RDLCK));
	close(other);
	show("F_WRLCK alone", lease(F_WRLCK));
	show_type("now");
	show("F_RDLCK again", lease(F_RDLCK));
	show_type("now");
	other = dup(fd);
	say("of a copy: %s\n", type_name(fcntl(other, F_GETLEASE)));
	show("F_UNLCK by the copy", fcntl(other, F_SETLEASE, F_UNLCK));
	show_type("now");
	show("F_WRLCK with two descriptors of one file", lease(F_WRLCK));
	lease(F_UNLCK);
	close(other);
	reopen(O_RDWR);
	show("F_RDLCK, open for writing itself", lease(F_RDLCK));
	show("F_WRLCK, open for writing itself", lease(F_WRLCK));
	show("end", lease(F_UNLCK));
	reopen(O_WRONLY);
	show("F_WRLCK, open for writing only", lease(F_WRLCK));
	show("end", lease(F_UNLCK));
	close(fd);
	fd = -1;
}

static void show_owner(const char *what)
{
	struct f_owner_ex owner = { -1, -1 };

	fcntl(fd, F_GETOWN_EX, &owner);
	say("%s: owner of type %d, %s; signal %d\n", what, owner.type,
	    owner.pid == getpid() ? "this process" :
	    owner.pid             ? "another" :
	                            "nobody",
	    fcntl(fd, F_GETSIG));
}

// Without waiting: the lease is broken, and stays until its owner acts.
static void show_break(void)
{
	int other;

	reopen(O_RDONLY);
	lease(F_RDLCK);
	show_owner("lease");
	show_open("reading, F_RDLCK", O_RDONLY | O_NONBLOCK);
	show_signals("no signal");
	show_open("writing, F_RDLCK", O_WRONLY | O_NONBLOCK);
	show_signals("a signal");
	show_type("it has to be");
	show_open("writing again", O_WRONLY | O_NONBLOCK);
	show_signals("no signal again");
	other = open(PATH, O_RDONLY);
	show("a new F_RDLCK of another", fcntl(other, F_SETLEASE, F_RDLCK));
	close(other);
	show("end", lease(F_UNLCK));
	show_owner("ended");
	show_open("writing", O_WRONLY | O_NONBLOCK);
	reopen(O_RDWR);
	show("F_WRLCK", lease(F_WRLCK));
	fcntl(fd, F_SETSIG, REALTIME);
	show_open("reading, F_WRLCK", O_RDONLY | O_NONBLOCK);
	show_signals("with F_SETSIG");
	show_type("it has to be");
	show_open("writing, F_WRLCK", O_WRONLY | O_NONBLOCK);
	show_signals("a second signal");
	show_type("it has to be");
	show("ftruncate", ftruncate(fd, 5));
	show_owner("broken");
	reopen(O_RDONLY);
	show_open("closed: writing", O_WRONLY | O_NONBLOCK);
}

// Print the lines of /proc/locks about leases, without numbers that differ.
static void show_locks(const char *what)
{
	static char text[8192];
	int locks = open("/proc/locks", O_RDONLY);
	ssize_t n = read(locks, text, sizeof(text) - 1);
	char *line = text, *end;

	say("%s:\n", what);
	for (text[n < 0 ? 0 : n] = '\0'; (end = strchr(line, '\n')); line = end + 1) {
		char *from = strstr(line, "LEASE"), *word;
		bool waits = strstr(line, "->") && strstr(line, "->") < end;

		*end = '\0';
		if (!from || from > end)
			continue;
		word = strstr(from, "0 EOF");
		say("  %s%.22s %s\n", waits ? "-> " : "", from,
		    word ? word : ""); // the numbers between differ
	}
	close(locks);
}

// A child breaks the lease, and waits until this process acts.
static pid_t start(int flags)
{
	pid_t pid = fork_or_end();
	int other;

	if (!pid) {
		close(fd);
		other = flags == O_TRUNC ? truncate(PATH, 3) : open(PATH, flags);
		say("  child: %s\n", other < 0 ? error_name(errno) : "done");
		_exit(0);
	}
	let_sleep(pid);
	return pid;
}

// Another process opens the file with `flags`, which breaks the lease: give it the type `type`.
static void give_way(int flags, const char *meanwhile, int type, const char *afterwards)
{
	pid_t pid = start(flags);
	siginfo_t info;
	int status, error;

	take_signal(&info, 5000);
	show_locks(meanwhile);
	error = lease(type);
	waitpid(pid, &status, 0);
	show(afterwards, error);
}

static void show_waits(void)
{
	siginfo_t info;
	int status;
	pid_t pid;

	reopen(O_RDONLY);
	lease(F_WRLCK);
	show_locks("a lease");
	give_way(O_RDONLY, "being lowered", F_RDLCK, "lowered");
	reopen(O_RDONLY);
	lease(F_RDLCK);
	give_way(O_WRONLY, "being broken", F_UNLCK, "ended");
	lease(F_RDLCK);
	pid = start(O_TRUNC);
	print_signal(take_signal(&info, 5000), &info);
	reopen(O_RDONLY);
	waitpid(pid, &status, 0);
	lease(F_RDLCK);
	pid = start(O_WRONLY);
	take_signal(&info, 5000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	show_status("killed", status);
	show_type("the lease is still broken");
	lease(F_UNLCK);
}

// The time of owners that do nothing: one second, set for this part.
static void show_time(void)
{
	int time = open("/proc/sys/fs/lease-break-time", O_RDWR), status;
	char old[16] = "";
	siginfo_t info;
	ssize_t n = read(time, old, sizeof(old));
	pid_t pid;

	say("lease-break-time: %.*s", (int)n, old);
	show("  1", pwrite(time, "1\n", 2, 0));
	show("  bad", pwrite(time, "x\n", 2, 0));
	reopen(O_RDONLY);
	lease(F_RDLCK);
	pid = start(O_WRONLY);
	take_signal(&info, 5000);
	waitpid(pid, &status, 0);
	show_status("child", status);
	show_type("broken by force");
	reopen(O_RDWR);
	lease(F_WRLCK);
	pid = start(O_RDONLY);
	take_signal(&info, 5000);
	waitpid(pid, &status, 0);
	show_status("child", status);
	show_type("lowered by force");
	pwrite(time, old, (size_t)n, 0);
	close(time);
}

// Other users have leases on their own files only.
static void other_user(void)
{
	syscall(SYS_setresuid32, 1000, 1000, 1000);
	fd = open(PATH, O_RDONLY);
	show("  root's file", lease(F_RDLCK));
	show("  end", lease(F_UNLCK));
	fd = open(PATH ".own", O_RDONLY);
	show("  its own", lease(F_RDLCK));
}

int main(void)
{
	block_signals();
	make_file(PATH, "lease");
	chmod(PATH, 0666);
	show_errors();
	show_break();
	show_waits();
	show_time();
	make_file(PATH ".own", "lease");
	syscall(SYS_chown32, PATH ".own", 1000, 1000);
	show_child("user 1000", other_user);
	unlink(PATH ".own");
	unlink(PATH);
	return 0;
}
