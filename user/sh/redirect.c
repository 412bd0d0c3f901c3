// Redirections: < > >> <& >&, each for any descriptor.

#include "sh.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_COPY 10 // copies are put out of the way of descriptors that commands name

static int open_target(enum token_kind kind, const char *path)
{
	switch (kind) {
	case TOKEN_LESS:
		return open(path, O_RDONLY);
	case TOKEN_APPEND:
		return open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
	default:
		return open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	}
}

// Keep a copy of a descriptor that a redirection is about to change.
static void save_fd(struct saved_fds *saved, int fd)
{
	if (saved->count == MOST_SAVED)
		return;
	saved->fd[saved->count] = fd;
	saved->copy[saved->count++] = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_COPY);
}

// n>&m, and n>&- to close. Returns false if there is no such descriptor.
static bool duplicate(int fd, const char *target)
{
	if (strcmp(target, "-") == 0) {
		close(fd);
		return true;
	}
	return strspn(target, "0123456789") == strlen(target) && dup2(atoi(target), fd) >= 0;
}

static bool apply_one(struct redirect *redirect)
{
	char *target = expand_single(redirect->target);
	int fd;

	if (redirect->kind == TOKEN_DUPLICATE) {
		if (duplicate(redirect->fd, target))
			return true;
	} else {
		fd = open_target(redirect->kind, target);
		if (fd >= 0 && fd != redirect->fd) {
			dup2(fd, redirect->fd);
			close(fd);
		}
		if (fd >= 0)
			return true;
	}
	fprintf(stderr, "sh: %s: %s\n", target, strerror(errno));
	return false;
}

// Apply redirections from the left to the right. If `saved` is not NULL, restore_fds() can undo
// them. Returns false after a message if one fails; those before it stay.
bool apply_redirects(struct redirect *redirect, struct saved_fds *saved)
{
	if (saved)
		saved->count = 0;
	for (; redirect; redirect = redirect->next) {
		if (saved)
			save_fd(saved, redirect->fd);
		if (!apply_one(redirect))
			return false;
	}
	return true;
}

// Put all descriptors back, the last changed first.
void restore_fds(struct saved_fds *saved)
{
	fflush(stdout);
	while (saved->count > 0) {
		int fd = saved->fd[--saved->count], copy = saved->copy[saved->count];

		if (copy < 0) {
			close(fd);
			continue;
		}
		dup2(copy, fd);
		close(copy);
	}
}
