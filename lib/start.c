// From the first instruction to main() and to the end of the program. A part that a program does
// not use is neither linked nor touched: `environ` and the like are weak here, so a program that
// returns from main() at once writes to no page but its stack's.

#include "start.h"
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv, char **envp);

extern char **environ __attribute__((weak));
extern const Elf32_auxv_t *auxiliary_vector __attribute__((weak));

// Run main() with the arguments and the environment that the system left on the stack. Called by
// _start only.
void start_program(char **stack)
{
	int argc = *(int *)stack;
	char **argv = stack + 1;
	char **envp = argv + argc + 1;
	char **end = envp;

	if (&environ)
		environ = envp;
	if (&auxiliary_vector) {
		while (*end)
			end++;
		auxiliary_vector = (const Elf32_auxv_t *)(end + 1);
	}
	exit(main(argc, argv, envp));
}

// End the program: run the functions that atexit() registered, and write out all files' buffers.
void exit(int status)
{
	if (run_exit_functions)
		run_exit_functions();
	if (flush_all_files)
		flush_all_files();
	_exit(status);
}

// End the program at once.
void _exit(int status)
{
	for (;;)
		syscall(SYS_exit_group, status);
}

void _Exit(int status)
{
	_exit(status);
}
