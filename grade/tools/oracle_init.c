// The first process of the Linux that grade/oracle boots in QEMU where the host's Linux cannot
// execute i386 programs. It performs /jobs/0, /jobs/1, ... one after the other, and powers off.
//
// Each job gets namespaces of its own, the files of /archive.cpio in a new tmpfs as its root, and
// pid 2, as in grade/quire/linux_host.py. A job's file has strings, each ended by a NUL: seconds until
// it is killed, large pages to reserve, personality, number of arguments, the arguments (the first
// is the program's path), the environment. Its standard input is /jobs/N.input.
//
// The second serial line carries frames to the host: a letter, the length of the data as 4 bytes,
// the data. 'o' and 'e' are standard output and error; 'x' is how the program ended, and the last
// frame of its job.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define ROOT "/root"
#define POOL "/proc/sys/vm/nr_hugepages"
#define CPIO_HEADER 110 // "070701" and thirteen numbers of eight hexadecimal digits
#define CPIO_BLOCK 512  // an archive's size is a multiple of it
#define MAX_STRINGS 256
#define FLAGS (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET)

enum { OUT, ERR, END, PIPES };

struct job {
	int seconds;
	const char *pool;
	unsigned long personality;
	char *args[MAX_STRINGS];
	char *env[MAX_STRINGS];
};

struct bytes {
	char *data;
	size_t size;
};

static int host; // the line to the host

static void write_all(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size) {
		ssize_t done = write(fd, at, size);

		if (done < 0 && errno != EINTR)
			return;
		if (done > 0) {
			at += done;
			size -= done;
		}
	}
}

static void frame(char kind, const void *data, uint32_t size)
{
	char head[5] = { kind, size, size >> 8, size >> 16, size >> 24 };

	write_all(host, head, sizeof(head));
	write_all(host, data, size);
}

// Say on the console what failed, and exit. Then the machine ends, and the host sees that.
static void fail(const char *what)
{
	printf("oracle_init: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	_exit(127);
}

static void must(int result, const char *what)
{
	if (result < 0)
		fail(what);
}

// Map a file, privately and writable; {NULL, 0} if it is not there or empty.
static struct bytes contents(const char *path)
{
	struct bytes found = { NULL, 0 };
	struct stat status;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return found;
	must(fstat(fd, &status), path);
	if (status.st_size > 0) {
		found.size = status.st_size;
		found.data = mmap(NULL, found.size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
		if (found.data == MAP_FAILED)
			fail(path);
	}
	close(fd);
	return found;
}

static void write_file(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must(fd, path);
	write_all(fd, data, size);
	close(fd);
}

static uint32_t cpio_number(const char *header, int number)
{
	char digits[9] = "";

	memcpy(digits, header + 6 + 8 * number, 8);
	return strtoul(digits, NULL, 16);
}

static size_t round_up(size_t size, size_t unit)
{
	return (size + unit - 1) / unit * unit;
}

// Create one entry of the archive below the working directory.
static void unpack_entry(const char *name, mode_t mode, const char *data, size_t size)
{
	if (S_ISLNK(mode)) {
		char *target = strndup(data, size);

		must(symlink(target, name), name);
		free(target);
		return;
	}
	if (S_ISDIR(mode)) {
		if (mkdir(name, 0700) < 0 && errno != EEXIST)
			fail(name);
	} else {
		write_file(name, data, size);
	}
	must(chmod(name, mode & 07777), name);
}

// Unpack an archive, or several in a row.
static void unpack(struct bytes archive)
{
	size_t at = 0;

	while (at + CPIO_HEADER <= archive.size) {
		const char *header = archive.data + at;
		const char *name = header + CPIO_HEADER;
		uint32_t mode = cpio_number(header, 1);
		uint32_t size = cpio_number(header, 6);
		size_t data = round_up(at + CPIO_HEADER + cpio_number(header, 11), 4);

		if (memcmp(header, "070701", 6) != 0)
			break;
		if (strcmp(name, "TRAILER!!!") == 0) {
			at = round_up(data + size, CPIO_BLOCK);
			continue;
		}
		unpack_entry(name, mode, archive.data + data, size);
		at = round_up(data + size, 4);
	}
}

static void make_device(const char *name, int major, int minor)
{
	must(mknod(name, S_IFCHR | 0666, makedev(major, minor)), name);
	must(chmod(name, 0666), name);
}

// Make the job's root and enter it.
static void make_root(void)
{
	must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount /");
	must(mount("quire", ROOT, "tmpfs", 0, "mode=755"), "mount tmpfs");
	must(chdir(ROOT), ROOT);
	unpack(contents("/archive.cpio"));
	make_device("dev/null", 1, 3);
	make_device("dev/zero", 1, 5);
	make_device("dev/tty", 5, 0);
	must(mount("proc", "proc", "proc", 0, NULL), "mount proc");
	must(mkdir("dev/pts", 0755), "mkdir dev/pts");
	must(mount("devpts", "dev/pts", "devpts", 0, "mode=620,ptmxmode=666"), "mount devpts");
	must(symlink("pts/ptmx", "dev/ptmx"), "symlink dev/ptmx");
	must(chroot("."), "chroot");
}

static void become_program(const struct job *job, int input, int pipes[PIPES][2])
{
	must(dup2(input, 0), "dup2");
	must(dup2(pipes[OUT][1], 1), "dup2");
	must(dup2(pipes[ERR][1], 2), "dup2");
	for (int fd = 3; fd < 256; fd++)
		close(fd);
	umask(022);
	must(personality(job->personality), "personality");
	execve(job->args[0], job->args, job->env);
	fail(job->args[0]);
}

// The job's pid 1: start the program, reap until it ends, and report how it ended.
static void first_process(const struct job *job, int input, int pipes[PIPES][2])
{
	char ending[32];
	int status;
	pid_t program;

	make_root();
	program = fork();
	if (program == 0)
		become_program(job, input, pipes);
	while (wait(&status) != program)
		;
	if (WIFEXITED(status))
		snprintf(ending, sizeof(ending), "exit %d", WEXITSTATUS(status));
	else
		snprintf(ending, sizeof(ending), "signal %d", WTERMSIG(status));
	write_all(pipes[END][1], ending, strlen(ending));
	_exit(0);
}

static long long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

// Pass on what comes from the job's pipes, until all have ended or its time is used up. `ending`
// is what came from the last one: "" if the time was used up.
static void pass_on(int pipes[PIPES][2], int seconds, char *ending, size_t size)
{
	static char buffer[65536];
	long long end = milliseconds() + seconds * 1000LL, left;
	struct pollfd polled[PIPES];
	int open_pipes = PIPES;

	for (int i = 0; i < PIPES; i++)
		polled[i] = (struct pollfd){ pipes[i][0], POLLIN, 0 };
	ending[0] = '\0';
	while (open_pipes && (left = end - milliseconds()) > 0) {
		poll(polled, PIPES, left);
		for (int i = 0; i < PIPES; i++) {
			ssize_t got;

			if (!polled[i].revents)
				continue;
			got = read(polled[i].fd, buffer, sizeof(buffer));
			if (got <= 0) {
				polled[i].fd = -1;
				open_pipes--;
			} else if (i == END) {
				snprintf(ending, size, "%.*s", (int)got, buffer);
			} else {
				frame(i == OUT ? 'o' : 'e', buffer, got);
			}
		}
	}
}

static void make_pipe(int ends[2])
{
	must(pipe2(ends, O_CLOEXEC), "pipe2");
}

// Perform a job and report it. `input`: a pipe that holds all its standard input.
static void perform(const struct job *job, int input)
{
	char ending[32];
	int pipes[PIPES][2];
	pid_t first;

	write_file(POOL, job->pool, strlen(job->pool));
	for (int i = 0; i < PIPES; i++)
		make_pipe(pipes[i]);
	first = syscall(SYS_clone, FLAGS | SIGCHLD, NULL, NULL, NULL, NULL);
	must(first, "clone");
	if (first == 0)
		first_process(job, input, pipes);
	for (int i = 0; i < PIPES; i++)
		close(pipes[i][1]);
	pass_on(pipes, job->seconds, ending, sizeof(ending));
	kill(first, SIGKILL); // and with it all in its namespace
	waitpid(first, NULL, 0);
	for (int i = 0; i < PIPES; i++)
		close(pipes[i][0]);
	write_file(POOL, "0", 1);
	frame('x', ending, strlen(ending));
}

static const char *next(char **at)
{
	const char *string = *at;

	*at += strlen(string) + 1;
	return string;
}

static void read_job(struct job *job, struct bytes text)
{
	char *at = text.data, *end = text.data + text.size;
	int count, i;

	memset(job, 0, sizeof(*job));
	job->seconds = atoi(next(&at));
	job->pool = next(&at);
	job->personality = strtoul(next(&at), NULL, 0);
	count = atoi(next(&at));
	if (count >= MAX_STRINGS)
		fail("too many arguments");
	for (i = 0; i < count; i++)
		job->args[i] = (char *)next(&at);
	for (i = 0; at < end && i < MAX_STRINGS - 1; i++)
		job->env[i] = (char *)next(&at);
}

// Perform job `number`. Returns false if there is none.
static bool perform_number(int number)
{
	static struct job job;
	char path[64];
	struct bytes text, input;
	int ends[2];

	snprintf(path, sizeof(path), "/jobs/%d", number);
	text = contents(path);
	if (!text.data)
		return false;
	read_job(&job, text);
	snprintf(path, sizeof(path), "/jobs/%d.input", number);
	input = contents(path);
	make_pipe(ends);
	write_all(ends[1], input.data, input.size);
	close(ends[1]);
	perform(&job, ends[0]);
	close(ends[0]);
	munmap(text.data, text.size);
	if (input.data)
		munmap(input.data, input.size);
	return true;
}

static void perform_all(void)
{
	struct termios raw;

	must(mknod("/dev/ttyS1", S_IFCHR | 0600, makedev(4, 65)), "mknod");
	host = open("/dev/ttyS1", O_RDWR | O_NOCTTY | O_CLOEXEC);
	must(host, "/dev/ttyS1");
	must(tcgetattr(host, &raw), "tcgetattr");
	cfmakeraw(&raw);
	must(tcsetattr(host, TCSANOW, &raw), "tcsetattr");
	for (int number = 0; perform_number(number); number++)
		;
	tcdrain(host);
}

// Do the work in a process group that has a parent in its session, as a shell's job has. Without
// that SIGTSTP stops nobody.
static void as_job_of_session(void (*work)(void))
{
	pid_t leader = fork(), worker;

	must(leader, "fork");
	if (leader == 0) {
		must(setsid(), "setsid");
		worker = fork();
		must(worker, "fork");
		if (worker == 0) {
			must(setpgid(0, 0), "setpgid");
			work();
			_exit(0);
		}
		waitpid(worker, NULL, 0);
		_exit(0);
	}
	waitpid(leader, NULL, 0);
}

int main(void)
{
	umask(0);
	must(mount("proc", "/proc", "proc", 0, NULL), "mount proc");
	as_job_of_session(perform_all);
	reboot(RB_POWER_OFF);
}
