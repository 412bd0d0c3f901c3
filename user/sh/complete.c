// Completion by Tab: the first word of a command becomes a program or a built-in command, any other
// word a file.

#include "edit.h"
#include "sh.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LISTED 200 // as many names are listed

// What a word could become: names that begin with it.
struct candidates {
	const char *start; // what they begin with
	size_t length;     // of it
	struct list names;
	size_t common; // so many bytes are equal in all names
};

// Add a name if it begins as it must.
static void add(struct candidates *candidates, const char *name)
{
	size_t i;

	if (strncmp(name, candidates->start, candidates->length) != 0)
		return;
	for (i = 0; i < candidates->names.count; i++)
		if (strcmp(candidates->names.items[i], name) == 0)
			return;
	list_add(&candidates->names, arena_copy(name, strlen(name)));
	if (candidates->names.count == 1)
		candidates->common = strlen(name);
	for (i = 0; i < candidates->common && name[i] == candidates->names.items[0][i]; i++)
		;
	candidates->common = i;
}

// Add the names in a directory. Those with a leading dot must be asked for.
static void add_directory(struct candidates *candidates, const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.' || candidates->start[0] == '.')
			add(candidates, entry->d_name);
	closedir(directory);
}

// Add programs of $PATH, and built-in commands.
static void add_commands(struct candidates *candidates)
{
	const char *rest = variable_get("PATH"), *name;
	size_t i;

	for (i = 0; (name = builtin_name(i)) != NULL; i++)
		add(candidates, name);
	for (rest = rest ? rest : "/bin"; *rest; rest += *rest == ':') {
		size_t length = strcspn(rest, ":");

		add_directory(candidates, length > 0 ? arena_copy(rest, length) : ".");
		rest += length;
	}
}

// Returns true if the word at `start` is where a command's name belongs.
static bool is_command(const struct edit *edit, size_t start)
{
	while (start > 0 && edit->text[start - 1] == ' ')
		start--;
	return start == 0 || strchr("|&;(", edit->text[start - 1]);
}

static void list_names(const struct candidates *candidates)
{
	size_t i;

	fputc('\n', stderr);
	for (i = 0; i < candidates->names.count && i < LISTED; i++)
		fprintf(stderr, "%s%s", i > 0 ? "  " : "", candidates->names.items[i]);
	fputs(i < candidates->names.count ? " ...\n" : "\n", stderr);
	edit_show_again();
}

// Returns what follows a complete name: "/" after a directory, else " ".
static const char *ending(const char *folder, const char *name)
{
	struct text path = { 0 };
	struct stat st;

	text_add_string(&path, folder);
	text_add_string(&path, name);
	return stat(path.bytes, &st) == 0 && S_ISDIR(st.st_mode) ? "/" : " ";
}

void complete(const struct edit *edit)
{
	struct arena_mark mark = arena_mark();
	size_t start = edit->at, name;
	struct candidates candidates = { 0 };
	const char *folder, *end;

	while (start > 0 && !strchr(" |&;()<>=", edit->text[start - 1]))
		start--;
	for (name = edit->at; name > start && edit->text[name - 1] != '/'; name--)
		;
	folder = arena_copy(edit->text + start, name - start);
	candidates.start = arena_copy(edit->text + name, edit->at - name);
	candidates.length = edit->at - name;
	if (*folder == '\0' && is_command(edit, start))
		add_commands(&candidates);
	else
		add_directory(&candidates, *folder ? folder : ".");
	if (candidates.common > candidates.length)
		edit_insert(candidates.names.items[0] + candidates.length,
		            candidates.common - candidates.length);
	else if (candidates.names.count > 1 && edit->again)
		list_names(&candidates);
	if (candidates.names.count == 1) {
		end = ending(folder, candidates.names.items[0]);
		edit_insert(end, 1);
	}
	arena_release(mark);
}
