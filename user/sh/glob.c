// Patterns: * matches any characters, ? one, [a-z] and [!a-z] one of a set. A backslash takes the
// special meaning from the character after it.

#include "sh.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

// The pattern without its backslashes: the text that it is when it is no pattern.
char *remove_escapes(const char *pattern)
{
	struct text text = { 0 };

	for (; *pattern; pattern++) {
		if (*pattern == '\\' && pattern[1])
			pattern++;
		text_add(&text, *pattern);
	}
	return text.bytes ? text.bytes : arena_copy("", 0);
}

// Match a character against the set after a bracket. Returns the text after the set, or NULL if the
// character is not in it.
static const char *match_set(const char *set, char c)
{
	bool inverted = *set == '!', found = false;
	const char *s = inverted ? set + 1 : set;

	do {
		if (s[0] && s[1] == '-' && s[2] && s[2] != ']') {
			found |= s[0] <= c && c <= s[2];
			s += 3;
		} else {
			if (*s == '\\' && s[1])
				s++;
			found |= *s == c;
			s++;
		}
	} while (*s && *s != ']');
	if (!*s || found == inverted)
		return NULL;
	return s + 1;
}

// Does the whole name match?
bool glob_match(const char *pattern, const char *name)
{
	for (; *pattern; name++) {
		if (*pattern == '*') {
			if (glob_match(pattern + 1, name))
				return true;
			if (*name == '\0')
				return false;
			continue;
		}
		if (*name == '\0')
			return false;
		if (*pattern == '[') {
			pattern = match_set(pattern + 1, *name);
			if (!pattern)
				return false;
			continue;
		}
		if (*pattern == '\\' && pattern[1])
			pattern++;
		else if (*pattern == '?') {
			pattern++;
			continue;
		}
		if (*pattern++ != *name)
			return false;
	}
	return *name == '\0';
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_pattern(const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		else if (strchr("*?[", *text))
			return true;
	}
	return false;
}

// Add the names of files that match the last part of a path, sorted. Only that part may be a
// pattern. A leading dot must be written. Returns false if nothing matches.
bool glob_expand(const char *pattern, struct list *names)
{
	const char *slash = strrchr(pattern, '/'), *last = slash ? slash + 1 : pattern;
	char *directory = remove_escapes(arena_copy(pattern, last - pattern));
	size_t before = names->count;
	struct dirent *entry;
	DIR *open_directory;

	if (!is_pattern(last))
		return false;
	open_directory = opendir(*directory ? directory : ".");
	if (!open_directory)
		return false;
	while ((entry = readdir(open_directory)) != NULL) {
		struct text path = { 0 };

		if ((entry->d_name[0] == '.' && *last != '.') || !glob_match(last, entry->d_name))
			continue;
		text_add_string(&path, directory);
		text_add_string(&path, entry->d_name);
		list_add(names, path.bytes);
	}
	closedir(open_directory);
	if (names->count > before)
		qsort(names->items + before, names->count - before, sizeof(char *), compare_names);
	return names->count > before;
}
