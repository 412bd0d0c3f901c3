// sys_socket_control.c: what goes along with the bytes of a message: headers, each followed by its data,
// with descriptors and credentials (cmsg(3), unix(7)).
#include "mem/heap.h"
#include "proc/process.h"
#include "sys/sys_socket.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/uaccess.h"

#define CONTROL_MAX 131072u // bytes of headers: Linux's net.core.optmem_max
#define HEADER_COST 100u    // instructions, roughly, to look at one

// -- What is sent along.

// Check the credentials that the current thread shows for its own (unix(7), SCM_CREDENTIALS). Returns 0;
// -EPERM; -ESRCH if there is no such process; -EINVAL.
static int check_creds(const struct ucred *creds)
{
	const struct credentials *own = credentials_current();
	const struct ids *user = &own->user, *group = &own->group;
	bool exists;

	if (creds->pid != process_current()->pid && !capable(CAP_SYS_ADMIN))
		return WHY(-EPERM, "another's pid %d", creds->pid);
	if (creds->uid != user->real && creds->uid != user->effective &&
	    creds->uid != user->saved && !capable(CAP_SETUID))
		return WHY(-EPERM, "another's uid %u", creds->uid);
	if (creds->gid != group->real && creds->gid != group->effective &&
	    creds->gid != group->saved && !capable(CAP_SETGID))
		return WHY(-EPERM, "another's gid %u", creds->gid);
	spin_lock(&process_lock);
	exists = process_find(creds->pid);
	spin_unlock(&process_lock);
	if (!exists)
		return -ESRCH;
	return creds->uid == ID_UNCHANGED || creds->gid == ID_UNCHANGED ? -EINVAL : 0;
}

// Take over one header with `length` bytes of data.
static int take_header(const struct cmsghdr *header, const void *data, size_t length,
                       struct socket_message *message)
{
	if (header->cmsg_level != SOL_SOCKET)
		return 0;
	switch (header->cmsg_type) {
	case SCM_RIGHTS:
		return passed_files_add(&message->files, data, length / sizeof(int));
	case SCM_CREDENTIALS:
		if (length != sizeof(message->creds))
			return WHY(-EINVAL, "credentials of %zu bytes", length);
		memcpy(&message->creds, data, length);
		message->has_creds = true;
		return check_creds(&message->creds);
	default:
		return WHY(-EINVAL, "there is no type %d of SOL_SOCKET", header->cmsg_type);
	}
}

// Go through the headers in control[length]. A first pass checks their lengths, as Linux does for
// programs of 32 bits.
static int take_headers(const char *control, size_t length, struct socket_message *message)
{
	for (int pass = 0; pass < 2; pass++) {
		size_t at = 0, next;

		for (; length - at >= sizeof(struct cmsghdr); at = next) {
			const struct cmsghdr *header = (const struct cmsghdr *)(control + at);
			size_t data = header->cmsg_len - sizeof(*header);
			int error = 0;

			if (header->cmsg_len < sizeof(*header) || header->cmsg_len > length - at)
				return WHY(-EINVAL, "a header of %zu bytes", header->cmsg_len);
			if (pass)
				error = take_header(header, header + 1, data, message);
			if (!error)
				error = yield_after(HEADER_COST);
			if (error)
				return error;
			next = at + CMSG_ALIGN(header->cmsg_len);
			if (next > length)
				break;
		}
	}
	return 0;
}

int control_get(const struct msghdr *header, struct socket_message *message)
{
	char *control;
	int error;

	if (!header->msg_controllen)
		return 0;
	if (header->msg_controllen > CONTROL_MAX)
		return -ENOBUFS;
	if (header->msg_controllen < sizeof(struct cmsghdr) || !header->msg_control)
		return WHY(-EINVAL, "there is no header");
	control = kmalloc(header->msg_controllen);
	if (!control)
		return -ENOBUFS;
	process_hold(header->msg_controllen / PAGE_SIZE);
	if (copyin(aspace_current(), control, (const void __user *)header->msg_control,
	           header->msg_controllen))
		error = -EFAULT;
	else
		error = take_headers(control, header->msg_controllen, message);
	kfree(control);
	process_release(header->msg_controllen / PAGE_SIZE);
	return error;
}

// -- What is received along.

// Store a header with `length` bytes of data; what does not fit is cut off.
static void put_header(struct control *control, int type, const void *data, size_t length)
{
	struct cmsghdr header = { CMSG_LEN(length), SOL_SOCKET, type };
	struct aspace *as = aspace_current();

	if (control->left < sizeof(header)) {
		control->flags |= MSG_CTRUNC;
		return;
	}
	if (control->left < header.cmsg_len) {
		control->flags |= MSG_CTRUNC;
		header.cmsg_len = control->left;
	}
	if (copyout(as, control->at, &header, sizeof(header)) ||
	    copyout(as, control->at + sizeof(header), data, header.cmsg_len - sizeof(header)))
		return;
	length = MIN(CMSG_SPACE(length), control->left);
	control->at += length;
	control->left -= length;
}

// Give the process a descriptor for a file that it has received, and store the number. Returns 0 or
// -errno.
static int put_descriptor(struct file *file, int __user *user, bool cloexec)
{
	struct fdtable *files = thread_current()->files;
	int fd = fd_reserve(files, 0);

	if (fd < 0)
		return fd;
	if (put_user(aspace_current(), user, fd)) {
		fd_unreserve(files, fd);
		return -EFAULT;
	}
	fd_install(files, fd, file_get(file), cloexec);
	return 0;
}

// Store a header with descriptors for as many files as there is room for. The others are closed by the
// caller.
static void put_files(struct control *control, const struct passed_files *files, bool cloexec)
{
	struct cmsghdr header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	uint32_t room = 0, done = 0, count = passed_files_count(files);
	int __user *data = (int __user *)(control->at + sizeof(header));
	size_t length;

	if (control->left > sizeof(header))
		room = (uint32_t)MIN((control->left - sizeof(header)) / sizeof(int), (size_t)count);
	while (done < room && !put_descriptor(passed_files_get(files, done), data + done, cloexec))
		done++;
	if (done < count)
		control->flags |= MSG_CTRUNC;
	header.cmsg_len = CMSG_LEN(done * sizeof(int));
	if (!done || copyout(aspace_current(), control->at, &header, sizeof(header)))
		return;
	length = MIN(CMSG_SPACE(done * sizeof(int)), control->left);
	control->at += length;
	control->left -= length;
}

void control_put(struct control *control, const struct socket *socket,
                 const struct socket_message *message, bool cloexec)
{
	if (!control->at) {
		if (socket_passes_creds(socket) || message->files)
			control->flags |= MSG_CTRUNC;
		return;
	}
	if (socket_passes_creds(socket))
		put_header(control, SCM_CREDENTIALS, &message->creds, sizeof(message->creds));
	if (message->files)
		put_files(control, message->files, cloexec);
}
