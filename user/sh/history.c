// The lines that were typed, for the keys up and down.

#include "edit.h"
#include <stdlib.h>
#include <string.h>

#define KEPT 100

static char *lines[KEPT]; // a ring
static size_t total;      // how many have ever been kept; line n is lines[n % KEPT]
static size_t at;         // the one that is shown; `total`: a new one
static char *unfinished;  // the new one, while an old one is shown

// A line for which there is no memory is not kept.
void history_add(const char *line)
{
	char *copy;

	at = total;
	if (*line == '\0' || (total > 0 && strcmp(lines[(total - 1) % KEPT], line) == 0))
		return;
	copy = strdup(line);
	if (!copy)
		return;
	free(lines[total % KEPT]);
	lines[total % KEPT] = copy;
	at = ++total;
}

void history_step(const struct edit *edit, int step)
{
	size_t oldest = total > KEPT ? total - KEPT : 0;

	if (step < 0 ? at == oldest : at == total)
		return;
	if (at == total) {
		free(unfinished);
		unfinished = strndup(edit->text, edit->length);
	}
	at += (size_t)step;
	if (at < total)
		edit_replace(lines[at % KEPT]);
	else
		edit_replace(unfinished ? unfinished : "");
}
