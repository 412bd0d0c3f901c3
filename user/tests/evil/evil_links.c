// Symbolic links that lead to themselves, to each other, or on and on; and long ones.

#include "evil.h"

static void chain(int length)
{
	char from[32], to[32];

	for (int i = 0; i < length; i++) {
		snprintf(from, sizeof(from), "link%d", i + 1);
		snprintf(to, sizeof(to), "link%d", i);
		unlink(from);
		symlink(to, from);
	}
}

int main(void)
{
	static char target[5000];

	evil_begin();
	mkdir("/tmp/links", 0700);
	chdir("/tmp/links");
	make_file("link0", "the end");
	chain(60);
	show("through 40", access("link40", F_OK));
	show("through 41", access("link41", F_OK));
	symlink("itself", "itself");
	show("to itself", open("itself", O_RDONLY));
	show("  to create", open("itself", O_RDWR | O_CREAT, 0600));
	symlink("b/x", "a");
	symlink("a/x", "b");
	show("to each other", access("a", F_OK));
	symlink(".", "dot");
	for (int i = 0; i < 39; i++)
		strcat(target, "dot/");
	strcat(target, "link0");
	show("39 in one path", access(target, F_OK));
	memmove(target + 8, target, strlen(target) + 1);
	memcpy(target, "dot/dot/", 8);
	show("41 in one path", access(target, F_OK));
	memset(target, 'n', 4095);
	target[4095] = '\0';
	show("a target of 4,095", symlink(target, "long"));
	show("  followed", access("long", F_OK));
	target[4095] = 'n';
	show("of 4,096", symlink(target, "longer"));
	show("an empty one", symlink("", "empty"));
	chdir("/");
	for (int i = 0; i <= 60; i++) {
		snprintf(target, sizeof(target), "/tmp/links/link%d", i);
		unlink(target);
	}
	unlink("/tmp/links/itself");
	unlink("/tmp/links/a");
	unlink("/tmp/links/b");
	unlink("/tmp/links/dot");
	unlink("/tmp/links/long");
	show("rmdir", rmdir("/tmp/links"));
	return evil_end();
}
