// exec_credentials.c: whom a new program acts for.
#include "fs/inode.h"
#include "fs/path.h"
#include "proc/exec.h"
#include "proc/process.h"
#include "proc/ptrace.h"
#include "thread/credentials.h"

// The set-id bits do not count if the thread shares root or current directory with another process, or
// if a process without privileges traces it: that one could lead the program astray. They do not count
// after PR_SET_NO_NEW_PRIVS either.
int exec_credentials(const struct inode *inode, struct credentials **store)
{
	const struct thread *thread = thread_current();
	bool astray = thread->fs_context->refs > thread->process->thread_count ||
	              (unlikely(thread->trace) && trace_drops_privileges());
	uid_t uid = ID_UNCHANGED;
	gid_t gid = ID_UNCHANGED;

	if ((!astray || capable(CAP_SETUID)) && !thread->process->inherited.no_new_privs) {
		if (inode->mode & S_ISUID)
			uid = inode->uid;
		if ((inode->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
			gid = inode->gid;
	}
	return credentials_for_exec(uid, gid, store);
}
