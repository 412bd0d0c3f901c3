// capget and capset: versions, which thread, which sets may be set, and what setting ids leaves.
#include "test.h"

#include <abi/capability.h>

static void show_caps(const char *what)
{
	struct cap_user_header header = { LINUX_CAPABILITY_VERSION_3, 0 };
	struct cap_user_data caps[2] = { { 0 } };

	if (syscall(SYS_capget, &header, caps))
		say("capget: %s\n", error_name(errno));
	say("%s: effective %x %x, permitted %x %x, inheritable %x %x\n", what, caps[1].effective,
	    caps[0].effective, caps[1].permitted, caps[0].permitted, caps[1].inheritable,
	    caps[0].inheritable);
}

static void set(const char *what, uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
	struct cap_user_header header = { LINUX_CAPABILITY_VERSION_3, 0 };
	struct cap_user_data caps[2] = {
		{ (uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable },
		{ (uint32_t)(effective >> 32), (uint32_t)(permitted >> 32),
		  (uint32_t)(inheritable >> 32) },
	};

	show(what, syscall(SYS_capset, &header, caps));
	show_caps("  now");
}

static void versions(void)
{
	static const uint32_t all[] = { LINUX_CAPABILITY_VERSION_1, LINUX_CAPABILITY_VERSION_2,
		                        LINUX_CAPABILITY_VERSION_3, 0, 0x20080523 };

	for (size_t i = 0; i < COUNT(all); i++) {
		struct cap_user_header header = { all[i], 0 };
		struct cap_user_data caps[2] = { { 1, 1, 1 }, { 1, 1, 1 } };

		say("version %x\n", all[i]);
		show("  capget", syscall(SYS_capget, &header, caps));
		say("  %x, %x %x\n", header.version, caps[0].effective, caps[1].effective);
		header.version = all[i];
		show("  capget without data", syscall(SYS_capget, &header, NULL));
		header.version = all[i];
		show("  capset without data", syscall(SYS_capset, &header, NULL));
		header.version = all[i];
		show("  capset", syscall(SYS_capset, &header, caps));
	}
	show("capget without header", syscall(SYS_capget, NULL, NULL));
	show("capset without header", syscall(SYS_capset, NULL, NULL));
}

static void whose(void)
{
	struct cap_user_header header = { LINUX_CAPABILITY_VERSION_3, -1 };
	struct cap_user_data caps[2];
	pid_t parent = getppid();

	show("capget of -1", syscall(SYS_capget, &header, caps));
	show("capset of -1", syscall(SYS_capset, &header, caps));
	header.pid = parent;
	show("capget of the parent", syscall(SYS_capget, &header, caps));
	show("capset of the parent", syscall(SYS_capset, &header, caps));
	header.pid = 1 << 20;
	show("capget of nobody", syscall(SYS_capget, &header, caps));
	header.pid = getpid();
	show("capget of the process itself", syscall(SYS_capget, &header, caps));
	show("capset of the process itself", syscall(SYS_capset, &header, caps));
}

static void subsets(void)
{
	uint64_t some = 1u << CAP_CHOWN | 1u << CAP_KILL | 1u << CAP_SETUID | 1ull << CAP_SYSLOG;

	set("inheritable first", ~0ull, ~0ull, 1);
	set("some", some, some, 1);
	set("what is not permitted", 1u << CAP_FOWNER, 1u << CAP_FOWNER, 0);
	set("more effective than permitted", some, 1, 0);
	set("permitted only", 0, some, 0);
	set("effective again", some, some, 0);
	set("inheritable, of the permitted", some, some, 1u << CAP_KILL);
	set("inheritable, of others", some, some, 1u << CAP_FOWNER);
	set("none", 0, 0, 0);
	show("setuid without the capability", syscall(SYS_setuid32, 5));
	show("setgid without the capability", syscall(SYS_setgid32, 5));
	set("all again", some, some, 0);
}

static void with_setuid_only(void)
{
	set("CAP_SETUID alone", 1u << CAP_SETUID, 1u << CAP_SETUID, 0);
	show("setgid", syscall(SYS_setgid32, 5));
	show("seteuid 5", syscall(SYS_setresuid32, -1, 5, -1));
	show_caps("  now");
	show("seteuid 0", syscall(SYS_setresuid32, -1, 0, -1));
	show_caps("  now");
	show("setfsuid 5", syscall(SYS_setfsuid32, 5));
	show_caps("  now");
	show("setuid 5", syscall(SYS_setuid32, 5));
	show_caps("  now");
}

static void of_the_file_system(void)
{
	show("setfsuid 5", syscall(SYS_setfsuid32, 5));
	show_caps("  now");
	show("setfsuid 0", syscall(SYS_setfsuid32, 0));
	show_caps("  now");
	show("seteuid 5", syscall(SYS_setresuid32, -1, 5, -1));
	show_caps("  now");
	show("capset by hand", 0);
	set("CAP_CHOWN", 1, ~0ull, 0);
	show("seteuid 6", syscall(SYS_setresuid32, -1, 5, 6));
	show_caps("  now");
}

static void of_a_zombie(void)
{
	struct cap_user_header header = { LINUX_CAPABILITY_VERSION_3, 0 };
	struct cap_user_data caps[2] = { { 0 } };
	siginfo_t info;
	pid_t pid = fork_or_end();

	if (!pid) {
		syscall(SYS_setresuid32, 0, 5, 0);
		_exit(0);
	}
	syscall(SYS_waitid, 1, pid, &info, 4 | 0x01000000, NULL); // P_PID, WEXITED | WNOWAIT
	header.pid = pid;
	show("capget of a zombie", syscall(SYS_capget, &header, caps));
	say("effective %x, permitted %x\n", caps[0].effective, caps[0].permitted);
	waitpid(pid, NULL, 0);
	show("capget when it is reaped", syscall(SYS_capget, &header, caps));
}

int main(void)
{
	show_caps("at the start");
	show_child("versions", versions);
	show_child("whose", whose);
	show_child("subsets", subsets);
	show_child("CAP_SETUID", with_setuid_only);
	show_child("file system", of_the_file_system);
	show_child("zombie", of_a_zombie);
	return 0;
}
