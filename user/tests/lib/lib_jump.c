// setjmp and longjmp, qsort, the environment, atexit.

#include "test.h"
#include <setjmp.h>

static jmp_buf back;

static void jump(void)
{
	longjmp(back, 5);
}

static void call_jump(void (*volatile function)(void))
{
	function();
	say("this is not reached\n");
}

static void jump_to_and_fro(void)
{
	int result = setjmp(back);

	say("setjmp %d\n", result);
	if (result == 0)
		call_jump(jump);
	if (result == 5)
		longjmp(back, 0);
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void last(void)
{
	say("at the end\n");
}

static void before_last(void)
{
	say("shortly before\n");
}

int main(void)
{
	int numbers[100], i, unsorted = 0;

	jump_to_and_fro();
	for (i = 0; i < 100; i++)
		numbers[i] = i * 37 % 101;
	qsort(numbers, 100, sizeof(int), compare);
	for (i = 1; i < 100; i++)
		unsorted += numbers[i] < numbers[i - 1];
	say("%d out of order\n", unsorted);

	check("no such variable", getenv("NO_SUCH_VARIABLE") == NULL);
	setenv("ONE", "1", 1);
	setenv("ONE", "2", 0);
	say("ONE=%s\n", getenv("ONE"));
	setenv("ONE", "3", 1);
	say("ONE=%s\n", getenv("ONE"));
	unsetenv("ONE");
	check("gone", getenv("ONE") == NULL);
	return atexit(last) || atexit(before_last) ? 4 : 3;
}
