// args: one "two words" three
// input: some text\n
// Arguments, standard input and the exit status pass through.

#include "test.h"

int main(int argc, char **argv)
{
	char line[64];
	int i;

	for (i = 1; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	while (fgets(line, sizeof(line), stdin))
		printf("input: %s", line);
	fprintf(stderr, "this goes to standard error\n");
	return 7;
}
