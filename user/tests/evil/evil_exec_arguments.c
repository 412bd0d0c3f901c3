// limit: 20
// Arguments and environments that are enormous, endless, or end where memory ends.

#include "evil.h"

#define SIZE 0x1000000

static char *big;
static char **list;

static void show_exec(const char *what, char *const argv[], char *const envp[])
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execve("/bin/true", argv, envp);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	say("%s: %s\n", what, status ? error_name(WEXITSTATUS(status)) : "ran");
}

int main(void)
{
	char *const none[] = { NULL };
	char *one[] = { NULL, NULL };

	evil_begin();
	big = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	list = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(big, 'a', SIZE);
	one[0] = big;
	show_exec("a string of 16 MiB", one, NULL);
	show_exec("in the environment", none, one);
	one[0] = big + SIZE - 131072;
	big[SIZE - 1] = '\0';
	show_exec("a string of 128 KiB", one, NULL);
	one[0]++;
	show_exec("one byte less", one, none);
	one[0] = (char *)(uintptr_t)(REGION + PAGE);
	show_exec("a string that ends with memory", one, none);
	for (size_t i = 0; i < SIZE / sizeof(*list); i++)
		list[i] = big + SIZE - 1;
	show_exec("four million empty strings", list, none);
	show_exec("in the environment", none, list);
	list[100000] = NULL;
	show_exec("a hundred thousand", list, none);
	list[SIZE / sizeof(*list) - 1] = NULL;
	show_exec("a list that is the stack's", (char **)&one, none);
	munmap(list + PAGE / sizeof(*list), PAGE);
	show_exec("a list across a hole", list, none);
	munmap(list, SIZE);
	munmap(big, SIZE);
	return evil_end();
}
