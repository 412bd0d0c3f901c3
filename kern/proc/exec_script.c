// exec_script.c: scripts: the first line of a program that names its interpreter (execve(2)).
#include "proc/exec.h"

#include "thread/why.h"
#include "vm/object.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

// Returns the first byte in [s, end) that is not a blank, or `end`.
static char *skip_blanks(char *s, const char *end)
{
	while (s < end && is_blank(*s))
		s++;
	return s;
}

// Returns the first byte in [s, end) that ends a word, or `end`.
static char *skip_word(char *s, const char *end)
{
	while (s < end && *s && !is_blank(*s))
		s++;
	return s;
}

// End the text of a script's first line at its newline, or after 255 bytes, and remove the blanks
// before. Returns its end. Returns NULL if the interpreter's name may be longer than the line: a
// part of the name must not run another program.
static char *end_line(char line[SCRIPT_LINE])
{
	char *end = memchr(line, '\n', SCRIPT_LINE), *all = line + SCRIPT_LINE;

	if (!end && skip_word(skip_blanks(line + 2, all), all) == all)
		return NULL;
	if (!end)
		end = all - 1;
	while (is_blank(end[-1]))
		end--;
	*end = '\0';
	return end;
}

int exec_script_args(struct object *obj, const char *path, char interpreter[SCRIPT_LINE],
                     struct exec_args *args)
{
	char line[SCRIPT_LINE];
	ssize_t n = object_read(obj, 0, line, SCRIPT_LINE);
	char *name, *end, *stop, *arg = NULL;
	int error;

	assert_no_lock();
	if (n < 2 || line[0] != '#' || line[1] != '!')
		return n < 0 ? (int)n : 0;
	memset(line + n, 0, SCRIPT_LINE - (size_t)n);
	end = end_line(line);
	name = end ? skip_blanks(line + 2, end) : NULL;
	if (name == end)
		return WHY(-ENOEXEC, "the line #! of %s names no interpreter", path);
	stop = skip_word(name, end);
	if (*stop) // empty if a line without an end stops here
		arg = skip_blanks(stop, end);
	*stop = '\0';
	if (stop == name)
		return WHY(-EACCES, "the line #! of %s names no interpreter", path);

	// Each call inserts at the front, so the last argument comes first.
	error = exec_args_replace_first(args, path);
	if (!error && arg)
		error = exec_args_prepend(args, arg);
	if (!error)
		error = exec_args_prepend(args, name);
	memcpy(interpreter, name, strlen(name) + 1);
	return error ? error : 1;
}
