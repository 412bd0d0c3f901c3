// Memory that is freed all at once: trees, words and arguments live as long as the command
// that they belong to.

#include "sh.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE 4000
#define ALIGNMENT 8

struct chunk {
	struct chunk *previous;
	size_t size;
	char bytes[];
};

static struct chunk *current;
static size_t used; // of the current chunk

void *arena_alloc(size_t size)
{
	size_t wanted = (size + ALIGNMENT - 1) & -(size_t)ALIGNMENT;
	struct chunk *chunk;

	if (!current || wanted > current->size - used) {
		size_t chunk_size = wanted > CHUNK_SIZE ? wanted : CHUNK_SIZE;

		chunk = malloc(sizeof(*chunk) + chunk_size);
		if (!chunk) {
			fprintf(stderr, "sh: no memory\n");
			exit(2);
		}
		chunk->previous = current;
		chunk->size = chunk_size;
		current = chunk;
		used = 0;
	}
	used += wanted;
	return current->bytes + used - wanted;
}

// Copy `length` bytes, and put a NUL after them.
char *arena_copy(const char *text, size_t length)
{
	char *copy = arena_alloc(length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

struct arena_mark arena_mark(void)
{
	return (struct arena_mark){ current, used };
}

// Forget all that was allocated after `mark` was taken.
void arena_release(struct arena_mark mark)
{
	while (current != mark.chunk) {
		struct chunk *previous = current->previous;

		free(current);
		current = previous;
	}
	used = mark.used;
}

// Make room for `room` elements where there are `size`, by moving to an array twice as long.
static void *grow(void *old, size_t count, size_t *size, size_t room, size_t element)
{
	void *larger;

	if (room <= *size)
		return old;
	*size = 2 * room + 16;
	larger = arena_alloc(*size * element);
	if (count > 0)
		memcpy(larger, old, count * element);
	return larger;
}

void text_add(struct text *text, char c)
{
	text->bytes = grow(text->bytes, text->length, &text->size, text->length + 2, 1);
	text->bytes[text->length++] = c;
	text->bytes[text->length] = '\0';
}

void text_add_string(struct text *text, const char *s)
{
	while (*s)
		text_add(text, *s++);
}

void list_add(struct list *list, char *item)
{
	list->items = grow(list->items, list->count, &list->size, list->count + 2, sizeof(char *));
	list->items[list->count++] = item;
	list->items[list->count] = NULL;
}
