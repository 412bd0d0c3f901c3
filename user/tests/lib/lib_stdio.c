// input: first line\nsecond line\n\nlast, without an end
// The library's files: reading lines, writing, seeking, both in one.

#include "test.h"

static void read_input(void)
{
	char line[8], *long_line = NULL;
	size_t size = 0;
	ssize_t n;
	int c;

	while (fgets(line, sizeof(line), stdin) && !strchr(line, '\n'))
		say("fgets \"%s\"\n", line);
	say("fgets, end of line: %d\n", strlen(line) > 0);
	n = getline(&long_line, &size, stdin);
	say("getline %d \"%.11s\"\n", (int)n, long_line);
	say("getline %d\n", (int)getline(&long_line, &size, stdin));
	c = getchar();
	ungetc(c, stdin);
	say("getchar '%c', ungetc, again '%c'\n", c, getchar());
	n = getline(&long_line, &size, stdin);
	say("getline %d \"%s\"\n", (int)n, long_line);
	say("getline %d\n", (int)getline(&long_line, &size, stdin));
	check("that is the end", feof(stdin));
	free(long_line);
}

static void use_file(void)
{
	char buffer[32] = "";
	FILE *file = fopen("/tmp/file", "w+");

	say("fprintf %d\n", fprintf(file, "%d %s\n", 5, "words"));
	say("fwrite %u\n", (unsigned int)fwrite("more", 1, 4, file));
	say("ftell %ld\n", ftell(file));
	show_file("/tmp/file");
	fflush(file);
	show_file("/tmp/file");
	rewind(file);
	say("fread %u \"%.3s\"\n", (unsigned int)fread(buffer, 1, 3, file), buffer);
	say("ftell %ld\n", ftell(file));
	fseek(file, 2, SEEK_CUR);
	fputs("RD", file);
	fclose(file);
	show_file("/tmp/file");

	file = fopen("/tmp/file", "a");
	fputc('!', file);
	fclose(file);
	show_file("/tmp/file");
	file = fopen("/tmp/file", "r");
	say("writing what was opened for reading: %d\n", fputc('x', file));
	check("that is remembered", ferror(file));
	fclose(file);
	file = fopen("/tmp/nosuch", "r");
	check("no such file", file == NULL && errno == ENOENT);
}

int main(void)
{
	int i;

	read_input();
	use_file();
	printf("buffered until the end, ");
	for (i = 0; i < 3; i++)
		printf("%d, ", i);
	puts("done");
	return 0;
}
