// sys_msg.c: System V messages. ipc/msg.h has the operations.
#include "ipc/msg.h"
#include "mem/heap.h"
#include "proc/process.h"
#include "sys/sys_ipc.h"
#include "sys/syscall.h"
#include "thread/why.h"
#include "vm/uaccess.h"

// A program's struct msgbuf: the type, and the text after it.
struct user_message {
	int32_t type;
	char text[];
};

// msgget(2).
SYSCALL2(msgget, key_t, key, uint32_t, flags)
{
	return msg_get(key, flags);
}

long do_msgsnd(int id, const void __user *user, size_t size, uint32_t flags)
{
	struct aspace *as = aspace_current();
	struct msg *message;
	int32_t type;
	uint32_t pages;
	int error;

	if (get_user(as, &type, user_member(const struct user_message, user, type)))
		return -EFAULT;
	if (size > MSGMAX || id < 0 || type < 1)
		return WHY(-EINVAL, "%#zx bytes, id %d or type %d", size, id, type);
	message = kmalloc_lasting(sizeof(*message) + size);
	if (!message)
		return -ENOMEM;
	message->type = type;
	message->size = size;
	pages = 1 + size / PAGE_SIZE;
	process_hold(pages);
	error = copyin(as, message->text, user_member(const struct user_message, user, text), size);
	if (!error)
		error = msg_send(id, message, flags & IPC_NOWAIT);
	process_release(pages);
	if (error)
		kfree(message);
	return error;
}

// msgsnd(2).
SYSCALL4(msgsnd, int, id, const void __user *, message, size_t, size, uint32_t, flags)
{
	return do_msgsnd(id, message, size, flags);
}

// Returns the choice that type and flags of msgrcv mean.
static struct msg_choice choice_of(int32_t type, size_t size, uint32_t flags)
{
	struct msg_choice choice = {
		.how = MSG_ANY,
		.type = type,
		.size_max = flags & MSG_NOERROR ? SIZE_MAX : size,
	};

	if (flags & MSG_COPY) {
		choice.how = MSG_NUMBER;
	} else if (type < 0) {
		choice.how = MSG_LOWEST;
		choice.type = type == INT32_MIN ? INT32_MAX : -type;
	} else if (type > 0) {
		choice.how = flags & MSG_EXCEPT ? MSG_NOT_TYPE : MSG_TYPE;
	}
	return choice;
}

// A message that cannot be stored is lost, as on Linux.
static long store_message(void __user *user, const struct msg *message, size_t size)
{
	struct aspace *as = aspace_current();

	size = MIN(size, message->size);
	if (put_user(as, user_member(struct user_message, user, type), message->type) ||
	    copyout(as, user_member(struct user_message, user, text), message->text, size))
		return -EFAULT;
	return (long)size;
}

long do_msgrcv(int id, void __user *user, size_t size, int32_t type, uint32_t flags)
{
	struct msg_choice choice = choice_of(type, size, flags);
	struct msg *message = NULL;
	long result;

	if (id < 0 || size > INT32_MAX)
		return WHY(-EINVAL, "the id %d or the size %#zx is negative", id, size);
	if ((flags & MSG_COPY) && ((flags & MSG_EXCEPT) || !(flags & IPC_NOWAIT)))
		return WHY(-EINVAL, "MSG_COPY goes with IPC_NOWAIT, and not with MSG_EXCEPT");
	if (flags & MSG_COPY) {
		message = kmalloc(sizeof(*message) + MSGMAX);
		if (!message)
			return -ENOMEM;
	}
	result = msg_receive(id, &choice, flags & IPC_NOWAIT, &message);
	if (!result && (flags & MSG_COPY) && message->size > size)
		result = WHY(-EINVAL, "a copy is not cut");
	if (!result)
		result = store_message(user, message, size);
	kfree(message);
	return result;
}

// msgrcv(2).
SYSCALL5(msgrcv, int, id, void __user *, message, size_t, size, int32_t, type, uint32_t, flags)
{
	return do_msgrcv(id, message, size, type, flags);
}

// Store the limits, or what is in use. Returns the highest index in use, or -EFAULT.
static long put_info(void __user *user, bool usage)
{
	struct msginfo info;
	int highest = msg_info(&info, usage);
	int error = copyout(aspace_current(), user, &info, sizeof(info));

	return error ? error : highest;
}

// Store a description of one queue. Returns what msg_stat returns, or -EFAULT.
static long put_status(int id, int command, void __user *user, bool old)
{
	struct msqid_ds ds;
	int result = msg_stat(id, command != IPC_STAT, command == MSG_STAT_ANY, &ds), error;

	if (result < 0)
		return result;
	error = old ? old_msqid_put(user, &ds) : copyout(aspace_current(), user, &ds, sizeof(ds));
	return error ? error : result;
}

// IPC_SET.
static long set_queue(int id, const void __user *user, bool old)
{
	struct msqid_ds ds;
	int error = old ? old_msqid_get(&ds, user) :
	                  copyin(aspace_current(), &ds, user, sizeof(ds));

	return error ? error : msg_set(id, &ds.msg_perm, ds.msg_qbytes);
}

// msgctl(2). A negative id or command comes first.
long do_msgctl(int id, int command, void __user *user, bool old)
{
	if (id < 0 || command < 0)
		return WHY(-EINVAL, "the id %d or the command %d is negative", id, command);
	switch (command) {
	case IPC_INFO:
	case MSG_INFO:
		return put_info(user, command == MSG_INFO);
	case IPC_STAT:
	case MSG_STAT:
	case MSG_STAT_ANY:
		return put_status(id, command, user, old);
	case IPC_SET:
		return set_queue(id, user, old);
	case IPC_RMID:
		return msg_remove(id);
	default:
		return WHY(-EINVAL, "there is no command %d", command);
	}
}

// msgctl(2).
SYSCALL3(msgctl, int, id, int, command, void __user *, user)
{
	return do_msgctl(id, command, user, false);
}
