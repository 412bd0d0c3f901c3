// Editing the line at the prompt: edit.c, history.c, complete.c.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define EDIT_MAX 2000 // bytes of a line

struct edit {
	char text[EDIT_MAX + 1];
	size_t length, at; // bytes of the line, and those before the cursor
	bool again;        // the key before this one was the same (for Tab)
};

enum edit_result {
	EDIT_LINE,        // a line was typed
	EDIT_END,         // the end of the input
	EDIT_INTERRUPTED, // ^C
	EDIT_IMPOSSIBLE,  // standard input is no terminal
};

// Show the prompt and let a line be edited. Stores a pointer to it, which is valid until the next
// call; no newline ends it.
enum edit_result edit_line(const char *prompt, const char **line_store);

// Insert bytes at the cursor. Returns false if the line would become too long.
bool edit_insert(const char *bytes, size_t n);

// Let the line be `text`, with the cursor at its end.
void edit_replace(const char *text);

// Show prompt and line once more, where the cursor is now.
void edit_show_again(void);

// Keep a line; an empty one, and one that is equal to the last, is not kept.
void history_add(const char *line);

// Replace the line by the one before it (-1) or after it (1).
void history_step(const struct edit *edit, int step);

// Complete the word before the cursor; the second time list what it could become.
void complete(const struct edit *edit);
