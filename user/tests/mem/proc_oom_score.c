// /proc/PID/oom_score_adj: what it takes, who inherits it, and what it does to oom_score.

#include "test.h"

static void write_adj(const char *text)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);
	ssize_t n = write(fd, text, strlen(text));

	say("write \"%.*s\": %s\n", (int)strcspn(text, "\n"), text,
	    n < 0 ? error_name(errno) : "taken");
	close(fd);
}

static int read_number(const char *path)
{
	char text[16] = { 0 };
	int fd = open(path, O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	return atoi(text);
}

static void show_adj(const char *who)
{
	say("%s: %d\n", who, read_number("/proc/self/oom_score_adj"));
}

static void child(void)
{
	show_adj("a child");
	write_adj("7");
	show_adj("a child");
}

static void forks(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		write_adj("9");
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	show_adj("the parent of a vfork");
}

int main(int argc, char **argv)
{
	static const char *const texts[] = {
		"5\n",         " 12 ",
		"1000",        "1001",
		"-1001",       "",
		"x",           "3x",
		"0x10",        "010",
		"+4",          "- 4",
		"99999999999", "-2147483649",
		"2147483647",  "0000000000000017",
		"-",           "4 5",
	};
	int score, more;

	if (argc > 1) {
		show_adj("after exec");
		return 0;
	}
	show_adj("at first");
	for (size_t i = 0; i < COUNT(texts); i++) {
		write_adj(texts[i]);
		show_adj("now");
	}
	write_adj("300");
	run_child(child);
	show_adj("the parent");
	forks();
	if (fork() == 0) {
		execve(argv[0], (char *[]){ argv[0], "exec", NULL }, environ);
		_exit(1);
	}
	wait(NULL);
	write_adj("0");
	score = read_number("/proc/self/oom_score");
	write_adj("500");
	more = read_number("/proc/self/oom_score");
	check("a score around 667 at first", score >= 600 && score < 800);
	check("a third of a thousand more", more - score >= 325 && more - score <= 335);
	say("no such process: %d\n", open("/proc/99999/oom_score_adj", O_RDONLY));
	return 0;
}
