// boot_options.c: reading the kernel's command line in place. It is short and read only a few
// times during boot, so there is no copy and no table.
#include "debug/boot_options.h"

#include <stdlib.h>

static const char *command_line = "";

const char *options_init(const char *text)
{
	const char *before = command_line;

	command_line = text;
	return before;
}

// Reads to the end, since the last word with that name counts. Needs no memory: options are read
// before there is a heap.
const char *option_find(const char *name, size_t *len_store)
{
	const char *word = command_line, *end, *found = NULL;
	size_t name_len = strlen(name);

	for (; *word; word = end) {
		if (*word == ' ') {
			end = word + 1;
			continue;
		}
		for (end = word; *end && *end != ' '; end++)
			;
		if ((size_t)(end - word) < name_len || memcmp(word, name, name_len) != 0)
			continue;
		if (word[name_len] == '=')
			found = word + name_len + 1;
		else if (word + name_len == end)
			found = end;
		else
			continue;
		*len_store = (size_t)(end - found);
	}
	return found;
}

bool option_given(const char *name)
{
	size_t len;

	return option_find(name, &len) != NULL;
}

bool option_get(const char *name, char *value, size_t size)
{
	size_t len;
	const char *text = option_find(name, &len);

	if (!text || len >= size)
		return false;
	memcpy(value, text, len);
	value[len] = '\0';
	return true;
}

// The last item has no comma; `text` becomes NULL after it.
bool option_lists(const char *name, const char *word)
{
	size_t len, word_len = strlen(word);
	const char *text = option_find(name, &len);

	while (text) {
		const char *comma = memchr(text, ',', len);
		size_t item_len = comma ? (size_t)(comma - text) : len;

		if (item_len == word_len && memcmp(text, word, word_len) == 0)
			return true;
		text = comma ? comma + 1 : NULL;
		len -= item_len + 1;
	}
	return false;
}

// strtoul alone would accept a sign and blanks, and stop at the first wrong character.
uint32_t option_uint(const char *name, uint32_t otherwise)
{
	size_t len;
	const char *text = option_find(name, &len);
	char *end;
	unsigned long number;

	if (!text || text[0] < '0' || text[0] > '9')
		return otherwise;
	number = strtoul(text, &end, 0);
	return end == text + len ? number : otherwise;
}
