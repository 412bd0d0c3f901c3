// The environment: a NULL-terminated array of strings NAME=VALUE.

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char **environ;

// The entry of `name`, or the NULL at the end.
static char **find_entry(const char *name)
{
	size_t length = strlen(name);
	char **entry = environ;

	while (*entry && (strncmp(*entry, name, length) != 0 || (*entry)[length] != '='))
		entry++;
	return entry;
}

// The value of a variable; NULL if there is none of that name.
char *getenv(const char *name)
{
	char *entry = environ ? *find_entry(name) : NULL;

	return entry ? entry + strlen(name) + 1 : NULL;
}

// Append an entry. The first array came from the system and cannot be made longer in place.
static int append_entry(char *text)
{
	static char **own_array;
	size_t count = 0;
	char **array;

	while (environ && environ[count])
		count++;
	array = realloc(own_array, (count + 2) * sizeof(*array));
	if (!array)
		return -1;
	if (environ != own_array)
		memcpy(array, environ, count * sizeof(*array));
	array[count] = text;
	array[count + 1] = NULL;
	own_array = array;
	environ = array;
	return 0;
}

// Set a variable; an existing variable only if `overwrite`. The old text is not freed: it may be
// the system's. Returns 0, or -1 with errno EINVAL (not a name) or ENOMEM.
int setenv(const char *name, const char *value, int overwrite)
{
	size_t length = strlen(name);
	char **entry, *text;

	if (length == 0 || strchr(name, '=')) {
		errno = EINVAL;
		return -1;
	}
	if (getenv(name) && !overwrite)
		return 0;
	text = malloc(length + strlen(value) + 2);
	if (!text)
		return -1;
	strcpy(text, name);
	text[length] = '=';
	strcpy(text + length + 1, value);
	if (!getenv(name))
		return append_entry(text);
	entry = find_entry(name);
	*entry = text;
	return 0;
}

// Remove a variable, if it is there.
int unsetenv(const char *name)
{
	char **entry = find_entry(name);

	for (; *entry; entry++)
		entry[0] = entry[1];
	return 0;
}
