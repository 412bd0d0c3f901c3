// The files of /proc about the whole machine: stat, uptime, loadavg, vmstat, cpuinfo, interrupts, and
// numbers below /proc/sys.

#include "test.h"
#include <sys/mman.h>
#include <sys/sysinfo.h>

#define PAGE 4096
#define PAGES 200

static char text[32768];

// Read a file into text[]. Returns its length, or 0.
static size_t read_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;
	size_t length = 0;

	while (fd >= 0 && (n = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)n;
	text[length] = '\0';
	if (fd >= 0)
		close(fd);
	return length;
}

// The number `column` (from 1 on) of the line of text[] that begins with `name` and a blank, or -1.
static long long number(const char *name, int column)
{
	size_t length = strlen(name);

	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) || (line[length] != ' ' && line[length] != ':'))
			continue;
		line += length + (line[length] == ':');
		for (; column > 1; column--) {
			line += strspn(line, " \t");
			line += strcspn(line, " \t\n");
		}
		return strtoll(line, NULL, 10);
	}
	return -1;
}

static long long number_in(const char *path, const char *name, int column)
{
	read_file(path);
	return number(name, column);
}

// Returns how many numbers follow the name of a line.
static int columns(const char *name)
{
	int n = 0;
	char *at = strstr(text, name);

	if (!at)
		return 0;
	for (at += strlen(name); *at && *at != '\n'; n++) {
		at += strspn(at, " ");
		at += strcspn(at, " \n");
	}
	return n;
}

// Returns true if two times differ by two seconds at most.
static bool near(long long a, long long b)
{
	return a - b <= 2 && b - a <= 2;
}

static void burn(void)
{
	for (volatile int i = 0; i < 1000000; i++)
		;
}

// Do `work` until a number of /proc/stat has grown, for 20 seconds at most.
static bool grows(const char *name, int column, void (*work)(void))
{
	long long before = number_in("/proc/stat", name, column);
	time_t end = time(NULL) + 20;

	while (number_in("/proc/stat", name, column) <= before)
		if (time(NULL) > end)
			return false;
		else
			work();
	return true;
}

static void rest(void)
{
	sleep_ms(5);
}

static void fork_once(void)
{
	pid_t child = fork_or_end();

	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
}

static void ask(void)
{
	for (int i = 0; i < 1000; i++)
		syscall(SYS_getppid);
}

static void test_stat(void)
{
	long long boot, uptime, sum = 0;

	read_file("/proc/stat");
	say("cpu has %d columns, cpu0 %d\n", columns("cpu "), columns("cpu0 "));
	boot = number("btime", 1);
	check("intr begins with the sum", number("intr", 1) >= number("intr", 2));
	check("one thread runs", number("procs_running", 1) >= 1);
	say("%lld are blocked\n", number("procs_blocked", 1));
	for (int i = 1; i <= 10; i++)
		sum += number("cpu", i);
	read_file("/proc/uptime");
	uptime = strtoll(text, NULL, 10);
	check("booted when it says", near(time(NULL), boot + uptime));
	check("the columns make the uptime", near(sum / 100, uptime));
	check("uptime: the idle time is a part", strtoll(strchr(text, ' '), NULL, 10) <= uptime + 1);
	check("a loop is the program's time", grows("cpu", 1, burn));
	check("calls are the kernel's time", grows("cpu", 3, ask));
	check("sleeps are idle time", grows("cpu", 4, rest));
	check("sleeps switch", grows("ctxt", 1, rest));
	check("forks count", grows("processes", 1, fork_once));
	check("interrupts count", grows("intr", 1, rest));
}

static void test_load(void)
{
	int whole, part, shown, runnable, threads, last;
	struct sysinfo info;
	pid_t child;
	char *at;

	child = fork_or_end();
	if (child == 0)
		_exit(0);
	read_file("/proc/loadavg");
	waitpid(child, NULL, 0);
	whole = atoi(text);
	part = atoi(strchr(text, '.') + 1);
	at = strchr(text, '/');
	threads = atoi(at + 1);
	last = atoi(strchr(at, ' '));
	while (at[-1] != ' ')
		at--;
	runnable = atoi(at);
	check("loadavg: the last number", last == child);
	check("some threads run", runnable >= 1 && runnable <= threads);
	sysinfo(&info);
	shown = whole * 100 + part;
	check("sysinfo has the same load", near((long long)(info.loads[0] * 100 / 65536), shown));
}

static void test_vmstat(void)
{
	char *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                    -1, 0);
	long long faults = number_in("/proc/vmstat", "pgfault", 1), anonymous;

	anonymous = number("nr_anon_pages", 1);
	madvise(memory, PAGES * PAGE, MADV_NOHUGEPAGE);
	for (int i = 0; i < PAGES; i++)
		memory[i * PAGE] = 1;
	read_file("/proc/vmstat");
	check("faults count", number("pgfault", 1) >= faults + PAGES);
	check("pages count", number("nr_anon_pages", 1) >= anonymous + PAGES / 2);
	check("page tables", number("nr_page_table_pages", 1) > 0);
	check("free pages", number("nr_free_pages", 1) > 0);
	say("swapped in %lld, out %lld\n", number("pswpin", 1), number("pswpout", 1));
}

static void test_processor(void)
{
	static const char *const lines[] = { "processor\t: 0\n",
		                             "vendor_id\t: ",
		                             "cpu family\t: ",
		                             "model\t\t: ",
		                             "stepping\t: ",
		                             "cpu MHz\t\t: ",
		                             "flags\t\t: ",
		                             "fpu\t\t: yes\n",
		                             "wp\t\t: yes\n",
		                             " fpu ",
		                             " tsc ",
		                             " cmov ",
		                             "\n\n" };

	read_file("/proc/cpuinfo");
	for (size_t i = 0; i < COUNT(lines); i++)
		if (!strstr(text, lines[i]))
			say("cpuinfo has no %s\n", lines[i]);
	check("interrupts: a line of processors", number_in("/proc/interrupts", "  4", 1) >= 0 &&
	                                                  strstr(text, "CPU0") &&
	                                                  strstr(text, "ERR:"));
}

// Numbers below /proc/sys that are equal on every machine, or at least there.
static void test_numbers(void)
{
	static const char *const equal[] = { "kernel/ngroups_max",         "kernel/cap_last_cap",
		                             "kernel/overflowuid",         "kernel/overflowgid",
		                             "vm/nr_overcommit_hugepages", "fs/overflowuid" };
	static const char *const there[] = { "kernel/threads-max",
		                             "kernel/core_uses_pid",
		                             "kernel/randomize_va_space",
		                             "vm/legacy_va_layout",
		                             "vm/panic_on_oom",
		                             "vm/oom_kill_allocating_task",
		                             "vm/unprivileged_userfaultfd",
		                             "fs/file-max" };
	char path[80];

	for (size_t i = 0; i < COUNT(equal); i++) {
		snprintf(path, sizeof(path), "/proc/sys/%s", equal[i]);
		read_file(path);
		say("%s: %s", equal[i], text);
	}
	for (size_t i = 0; i < COUNT(there); i++) {
		snprintf(path, sizeof(path), "/proc/sys/%s", there[i]);
		read_file(path);
		check(there[i],
		      text[0] >= '0' && text[0] <= '9' && text[strspn(text, "0123456789")] == '\n');
	}
	check("core_pattern", read_file("/proc/sys/kernel/core_pattern") > 0);
}

int main(void)
{
	test_stat();
	test_load();
	test_vmstat();
	test_processor();
	test_numbers();
	return 0;
}
