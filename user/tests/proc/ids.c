// Who may set which user and group ids (credentials(7)): every call from several sets of ids, with
// the capabilities that are left after it.
#include "test.h"

#include <abi/capability.h>

// The ids, and the groups, of a process at the start of a case.
static const unsigned int states[][3] = {
	{ 0, 0, 0 }, { 1, 2, 3 }, { 4, 0, 4 }, { 0, 5, 5 }, { 6, 6, 0 }, { 70000, 7, 7 },
};

struct change {
	const char *name;
	int user, group; // the calls for user and for group ids
	int count;       // how many ids they take
	unsigned int ids[3];
};

#define KEEP 0xffffffffu

static const struct change changes[] = {
	{ "set", SYS_setuid32, SYS_setgid32, 1, { 0 } },
	{ "set", SYS_setuid32, SYS_setgid32, 1, { 1 } },
	{ "set", SYS_setuid32, SYS_setgid32, 1, { 3 } },
	{ "set", SYS_setuid32, SYS_setgid32, 1, { 2 } },
	{ "set", SYS_setuid32, SYS_setgid32, 1, { KEEP } },
	{ "set, 16 bits", SYS_setuid, SYS_setgid, 1, { 0xffff } },
	{ "set, 16 bits", SYS_setuid, SYS_setgid, 1, { 0x10005 } },
	{ "setre", SYS_setreuid32, SYS_setregid32, 2, { KEEP, KEEP } },
	{ "setre", SYS_setreuid32, SYS_setregid32, 2, { 2, KEEP } },
	{ "setre", SYS_setreuid32, SYS_setregid32, 2, { 3, KEEP } },
	{ "setre", SYS_setreuid32, SYS_setregid32, 2, { KEEP, 3 } },
	{ "setre", SYS_setreuid32, SYS_setregid32, 2, { KEEP, 1 } },
	{ "setre", SYS_setreuid32, SYS_setregid32, 2, { KEEP, 0 } },
	{ "setre", SYS_setreuid32, SYS_setregid32, 2, { 2, 1 } },
	{ "setre", SYS_setreuid32, SYS_setregid32, 2, { 0, 5 } },
	{ "setre, 16 bits", SYS_setreuid, SYS_setregid, 2, { 0xffff, 7 } },
	{ "setres", SYS_setresuid32, SYS_setresgid32, 3, { KEEP, KEEP, KEEP } },
	{ "setres", SYS_setresuid32, SYS_setresgid32, 3, { 3, 1, 2 } },
	{ "setres", SYS_setresuid32, SYS_setresgid32, 3, { KEEP, 0, KEEP } },
	{ "setres", SYS_setresuid32, SYS_setresgid32, 3, { 9, KEEP, KEEP } },
	{ "setres", SYS_setresuid32, SYS_setresgid32, 3, { KEEP, KEEP, 5 } },
	{ "setres, 16 bits", SYS_setresuid, SYS_setresgid, 3, { 0xffff, 4, 0xffff } },
	{ "setfs", SYS_setfsuid32, SYS_setfsgid32, 1, { 0 } },
	{ "setfs", SYS_setfsuid32, SYS_setfsgid32, 1, { 1 } },
	{ "setfs", SYS_setfsuid32, SYS_setfsgid32, 1, { 8 } },
	{ "setfs", SYS_setfsuid32, SYS_setfsgid32, 1, { KEEP } },
	{ "setfs, 16 bits", SYS_setfsuid, SYS_setfsgid, 1, { 0xffff } },
};

static void show_ids(const char *what)
{
	unsigned int u[3] = { 0 }, g[3] = { 0 };
	struct cap_user_header header = { LINUX_CAPABILITY_VERSION_3, 0 };
	struct cap_user_data caps[2] = { { 0 } };

	syscall(SYS_getresuid32, &u[0], &u[1], &u[2]);
	syscall(SYS_getresgid32, &g[0], &g[1], &g[2]);
	syscall(SYS_capget, &header, caps);
	say("%s %u %u %u (%ld) %u %u %u (%ld), effective %x %x, permitted %x %x\n", what, u[0],
	    u[1], u[2], syscall(SYS_setfsuid32, KEEP), g[0], g[1], g[2],
	    syscall(SYS_setfsgid32, KEEP), caps[1].effective, caps[0].effective, caps[1].permitted,
	    caps[0].permitted);
}

static void try(const struct change *change, const unsigned int *state, bool group)
{
	int call = group ? change->group : change->user;
	const unsigned int *ids = change->ids;
	long result;

	if (fork_or_end()) {
		wait(NULL);
		return;
	}
	if (syscall(SYS_setresgid32, state[0], state[1], state[2]) ||
	    syscall(SYS_setresuid32, state[0], state[1], state[2]))
		say("the start: %s\n", error_name(errno));
	result = syscall(call, ids[0], ids[1], ids[2]);
	say("%s%s", change->name, group ? " group" : "");
	for (int i = 0; i < change->count; i++)
		say(" %d", (int)ids[i]);
	say(": %s", result == -1 ? error_name(errno) : "");
	if (result != -1)
		say("%ld", result);
	show_ids(";");
	_exit(0);
}

static void groups_of(const char *what)
{
	unsigned int wide[8] = { 0 };
	unsigned short narrow[8] = { 0 };
	long n = syscall(SYS_getgroups32, 8, wide);

	say("%s: %ld:", what, n);
	for (long i = 0; i < n; i++)
		say(" %u", wide[i]);
	n = syscall(SYS_getgroups, 8, narrow);
	say(", 16 bits:");
	for (long i = 0; i < n; i++)
		say(" %u", narrow[i]);
	say("\n");
}

static void group_lists(void)
{
	static const unsigned int wide[] = { 30, 70000, 10, 20, 10 };
	static const unsigned short narrow[] = { 9, 65535, 8 };
	static unsigned int many[65537];
	unsigned int few[2];

	groups_of("at the start");
	show("setgroups", syscall(SYS_setgroups32, 5, wide));
	groups_of("now");
	show("getgroups of none", syscall(SYS_getgroups32, 0, NULL));
	show("getgroups of two", syscall(SYS_getgroups32, 2, few));
	show("getgroups of -1", syscall(SYS_getgroups32, -1, few));
	show("getgroups to nowhere", syscall(SYS_getgroups32, 8, 16));
	show("setgroups, 16 bits", syscall(SYS_setgroups, 3, narrow));
	groups_of("now");
	show("setgroups from nowhere", syscall(SYS_setgroups32, 3, 16));
	show("setgroups of -1", syscall(SYS_setgroups32, -1, wide));
	show("setgroups of 65537", syscall(SYS_setgroups32, 65537, many));
	for (unsigned int i = 0; i < 65536; i++)
		many[i] = i * 40503 % 65536;
	show("setgroups of 65536", syscall(SYS_setgroups32, 65536, many));
	show("setuid keeps them", syscall(SYS_setuid32, 0));
	show("getgroups", syscall(SYS_getgroups32, 65536, many));
	for (unsigned int i = 0; i < 65536; i++)
		if (many[i] != i) {
			say("group %u is %u\n", i, many[i]);
			break;
		}
	show("setgroups of none", syscall(SYS_setgroups32, 0, NULL));
	groups_of("now");
	syscall(SYS_setgroups32, 2, wide);
	syscall(SYS_setresuid32, 1, 1, 1);
	show("setgroups without the capability", syscall(SYS_setgroups32, 0, NULL));
	groups_of("now");
}

static void bad_addresses(void)
{
	unsigned int id;
	unsigned short narrow;

	syscall(SYS_setresuid32, 1, 2, 70003);
	show("getresuid, first", syscall(SYS_getresuid32, 16, &id, &id));
	show("getresuid, second", syscall(SYS_getresuid32, &id, 16, &id));
	show("getresuid, third", syscall(SYS_getresuid32, &id, &id, 16));
	show("getresgid", syscall(SYS_getresgid32, &id, &id, 16));
	show("getresuid, 16 bits", syscall(SYS_getresuid, &narrow, &narrow, &narrow));
	say("saved: %u\n", narrow);
	show("getresgid, 16 bits", syscall(SYS_getresgid, &narrow, &narrow, 16));
}

static void narrow_gets(void)
{
	syscall(SYS_setresgid32, 70001, 5, 5);
	syscall(SYS_setresuid32, 6, 70002, 6);
	show("getuid", syscall(SYS_getuid));
	show("geteuid", syscall(SYS_geteuid));
	show("getgid", syscall(SYS_getgid));
	show("getegid", syscall(SYS_getegid));
	show("getuid32", syscall(SYS_getuid32));
	show("geteuid32", syscall(SYS_geteuid32));
	show("getgid32", syscall(SYS_getgid32));
	show("getegid32", syscall(SYS_getegid32));
}

// The lines of /proc/self/status about users and groups.
static void show_lines(void)
{
	static const unsigned int groups[] = { 12, 11 };
	static char text[4096];
	int fd;
	char *line;

	syscall(SYS_setgroups32, 2, groups);
	syscall(SYS_setresgid32, 1, 2, 3);
	syscall(SYS_setresuid32, 4, 5, 6);
	fd = open("/proc/self/status", O_RDONLY);
	read(fd, text, sizeof(text) - 1);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (!strncmp(line, "Uid", 3) || !strncmp(line, "Gid", 3) ||
		    !strncmp(line, "Groups", 6) || !strncmp(line, "Cap", 3))
			say("%s\n", line);
}

int main(void)
{
	for (size_t i = 0; i < COUNT(states); i++) {
		say("from %u %u %u\n", states[i][0], states[i][1], states[i][2]);
		for (size_t j = 0; j < COUNT(changes); j++) {
			try(&changes[j], states[i], false);
			try(&changes[j], states[i], true);
		}
	}
	show_child("groups", group_lists);
	show_child("addresses", bad_addresses);
	show_child("16 bits", narrow_gets);
	show_child("status", show_lines);
	return 0;
}
