// Variables of the shell. Those that are exported go to the programs it runs.

#include "sh.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct variable {
	char *text; // NAME=VALUE
	size_t name_length;
	bool exported;
	struct variable *next;
};

static struct variable *variables;

bool is_name_start(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static size_t name_length(const char *s)
{
	size_t n = 0;

	if (is_name_start(*s))
		while (is_name_start(s[n]) || isdigit((unsigned char)s[n]))
			n++;
	return n;
}

// The length of the name if the word is an assignment, NAME=..., else 0.
size_t assignment_length(const char *word)
{
	size_t n = name_length(word);

	return word[n] == '=' ? n : 0;
}

static struct variable *find(const char *name, size_t length)
{
	struct variable *variable = variables;

	while (variable &&
	       (variable->name_length != length || strncmp(variable->text, name, length) != 0))
		variable = variable->next;
	return variable;
}

// The value, or NULL if there is no such variable.
const char *variable_get(const char *name)
{
	struct variable *variable = find(name, strlen(name));

	return variable ? variable->text + variable->name_length + 1 : NULL;
}

// The variable of that name; a new one if there is none. The shell ends if there is no memory.
static struct variable *find_or_add(const char *name, size_t length)
{
	struct variable *variable = find(name, length);

	if (variable)
		return variable;
	variable = calloc(1, sizeof(*variable));
	if (!variable)
		exit(2);
	variable->name_length = length;
	variable->next = variables;
	variables = variable;
	return variable;
}

void variable_set(const char *name, const char *value)
{
	size_t length = strlen(name);
	char *text = malloc(length + strlen(value) + 2);
	struct variable *variable;

	if (!text)
		exit(2);
	strcpy(text, name);
	text[length] = '=';
	strcpy(text + length + 1, value);
	variable = find_or_add(name, length);
	free(variable->text);
	variable->text = text;
}

// Give a variable to programs from now on; a variable that does not exist becomes empty.
void variable_export(const char *name)
{
	struct variable *variable = find(name, strlen(name));

	if (!variable) {
		variable_set(name, "");
		variable = find(name, strlen(name));
	}
	if (variable)
		variable->exported = true;
}

void variable_unset(const char *name)
{
	struct variable *variable = find(name, strlen(name)), **link = &variables;

	if (!variable)
		return;
	while (*link != variable)
		link = &(*link)->next;
	*link = variable->next;
	free(variable->text);
	free(variable);
}

// Take over the environment that the shell was started with.
void variables_import(char **environment)
{
	struct arena_mark mark = arena_mark();

	for (; *environment; environment++) {
		size_t length = assignment_length(*environment);
		char *name = arena_copy(*environment, length);

		if (length == 0)
			continue;
		variable_set(name, *environment + length + 1);
		variable_export(name);
	}
	arena_release(mark);
}

// The environment for a program, in the arena.
char **variables_environment(void)
{
	struct list list = { 0 };
	struct variable *variable;

	for (variable = variables; variable; variable = variable->next)
		if (variable->exported)
			list_add(&list, variable->text);
	list_add(&list, NULL);
	return list.items;
}
