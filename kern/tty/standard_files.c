// standard_files.c: standard files over serial lines. Input goes into a pipe, from which the program reads.
#include "tty/standard_files.h"

#include "debug/boot_options.h"
#include "dev/serial.h"
#include "fs/device.h"
#include "fs/fdtable.h"
#include "fs/inode.h"
#include "fs/open.h"
#include "fs/path.h"
#include "fs/pipe.h"
#include "tty/console_tty.h"
#include "tty/tty.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include "thread/yield.h"
#include "vm/object.h"
#include <abi/limits.h>

#define SEND_COST 60 // instructions or so, to fill the FIFO of a port

#define KEPT_INPUT "/.run/stdin"

// [c] constant   [a] atomic
static enum { STDIO_CONSOLE, STDIO_SERIAL, STDIO_TTY } mode; // [c] after stdio_init

// --- Input over COM2 ---

// Guarded by COM2's receiving side (struct serial).
static struct {
	struct file *ends[2]; // STDIO_SERIAL: the pipe; the writing end is closed at the end
	uint8_t header[2];    // of the frame that is coming in,
	uint32_t header_used; // how much of it is there,
	uint32_t frame_left;  // and how many bytes are still to come
	bool ended;
} input;

static bool input_kept; // [c] after stdio_open: the input is a file, not COM2's

static void show_on_com2(const char *bytes, size_t n)
{
	serial_write(&serial_ports[COM2], bytes, n);
}

static void resume_com2(void)
{
	serial_input_resume(&serial_ports[COM2]);
}

static struct tty serial_tty = { .name = "ttyS1", .output = show_on_com2, .resume = resume_com2 };

// Pass bytes of a frame on. Returns how many were taken. What nobody will read is dropped.
static size_t take_payload(const uint8_t *bytes, size_t n)
{
	struct uio uio = uio_kernel((void *)bytes, n);
	ssize_t taken;

	if (mode == STDIO_TTY)
		return tty_input(&serial_tty, bytes, n);
	taken = pipe_feed(input.ends[1]->private, &uio);
	if (taken == -EPIPE)
		return n;
	return taken < 0 ? 0 : (size_t)taken;
}

static void end_input(void)
{
	input.ended = true;
	if (mode == STDIO_TTY)
		tty_end_input(&serial_tty);
	else
		file_put(input.ends[1]);
}

// One byte of a frame's header.
static void take_header(uint8_t byte)
{
	input.header[input.header_used++] = byte;
	if (input.header_used < sizeof(input.header))
		return;
	input.header_used = 0;
	input.frame_left = input.header[0] | (uint32_t)input.header[1] << 8;
	if (!input.frame_left)
		end_input();
}

// Bytes have come in on COM2 (struct serial).
static size_t take_input(struct serial *port, const uint8_t *bytes, size_t n)
{
	size_t done = 0;

	(void)port;
	while (done < n && !input.ended) {
		size_t part = MIN(n - done, (size_t)input.frame_left), taken;

		if (!input.frame_left) {
			take_header(bytes[done++]);
			continue;
		}
		taken = take_payload(bytes + done, part);
		input.frame_left -= (uint32_t)taken;
		done += taken;
		if (taken < part)
			return done;
	}
	return n;
}

// The program reads from the pipe; then there may be room for what waits in the port.
static ssize_t input_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	ssize_t n = pipe_read(file, uio, pos);

	resume_com2();
	return n;
}

static const struct file_ops input_ops = {
	.read = input_read,
	.ioctl = pipe_ioctl,
	.poll = pipe_poll,
	.release = pipe_release,
};

static int open_input(struct inode *inode, struct file *file)
{
	int error = pipe_open(inode, file);

	file->ops = &input_ops;
	return error;
}

static const struct inode_ops input_inode_ops = { .open = open_input };

// --- Input from a file that was kept for it ---

static uint64_t kept_position; // of all that read it: what was read is gone, as from a pipe

static ssize_t kept_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct file reader = { .inode = file->inode->private };

	(void)pos;
	return regular_ops.read(&reader, uio, &kept_position);
}

static unsigned int kept_poll(struct file *file, struct poll_table *table)
{
	(void)table;
	return (kept_position < inode_size(file->inode->private) ? POLLIN | POLLRDNORM : 0) |
	       POLLHUP;
}

static const struct file_ops kept_ops = { .read = kept_read, .poll = kept_poll };

// --- Output ---

// A line that programs write to. What is written at once, up to PIPE_BUF bytes, is sent in one piece, as
// through a pipe: the sender has the turn.
static struct output {
	struct serial *port; // [c]
	struct waitq room;   // for the port to take more
	struct spinlock lock;
	bool busy;         // [lock] somebody has the turn
	struct waitq turn; // for that to end
	uint32_t waiting;  // [a] threads that wait for the port
} outputs[2];

static void output_room(struct serial *port)
{
	for (size_t i = 0; i < ARRAY_SIZE(outputs); i++)
		if (outputs[i].port == port)
			waitq_wake_all(&outputs[i].room);
}

// Sleep until the port takes some of the bytes; it is asked once more first, so that no wakeup is lost.
// Returns how many it took; 0: a signal waits.
static size_t wait_and_send(struct output *output, const char *bytes, size_t n)
{
	struct waiter waiter;
	size_t sent;

	waiter_add(&output->room, &waiter);
	sent = serial_write_some(output->port, bytes, n);
	if (!sent) {
		output->waiting++;
		if (!waiter_block(WAIT_INTERRUPTIBLE, NO_DEADLINE))
			sent = serial_write_some(output->port, bytes, n);
		output->waiting--;
	}
	waiter_remove(&waiter);
	return sent;
}

// Send bytes. Returns how many went before a signal came.
static size_t send(struct output *output, const char *bytes, size_t n)
{
	size_t done = 0, sent;
	int error = 0;

	spin_lock(&output->lock);
	while (output->busy && !error)
		error = waitq_sleep(&output->turn, &output->lock, WAIT_INTERRUPTIBLE, NO_DEADLINE);
	if (!error)
		output->busy = true;
	spin_unlock(&output->lock);
	if (error)
		return 0;
	while (done < n) {
		sent = serial_write_some(output->port, bytes + done, n - done);
		if (!sent)
			sent = wait_and_send(output, bytes + done, n - done);
		if (!sent && thread_yield_point())
			break;
		done += sent;
		(void)yield_due(SEND_COST);
	}
	spin_lock(&output->lock);
	output->busy = false;
	waitq_wake_one(&output->turn);
	spin_unlock(&output->lock);
	return done;
}

static ssize_t output_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	char few[256], *bytes = few;
	size_t done = 0, size = sizeof(few);
	int error = 0;

	(void)pos;
	if (uio->left > sizeof(few) && (bytes = kmalloc(PIPE_BUF)))
		size = PIPE_BUF;
	else
		bytes = few; // out of memory: send in smaller pieces
	while (uio->left && !error) {
		size_t wanted = MIN(uio->left, size), n = uio_copyin(uio, bytes, wanted);
		size_t sent = send(file->private, bytes, n);

		done += sent;
		if (sent < n)
			error = -ERESTARTSYS;
		else if (n < wanted)
			error = -EFAULT;
		else if (yield_due(n) && thread_yield_point())
			error = -ERESTARTSYS;
	}
	if (bytes != few)
		kfree(bytes);
	return done ? (ssize_t)done : error;
}

bool stdio_output_waiting(void)
{
	return outputs[0].waiting || outputs[1].waiting;
}

static unsigned int output_poll(struct file *file, struct poll_table *table)
{
	(void)file;
	(void)table;
	return POLLOUT | POLLWRNORM;
}

static const struct file_ops output_ops = { .write = output_write, .poll = output_poll };

// --- The files ---

static int open_kept(struct inode *inode, struct file *file)
{
	(void)inode;
	file->ops = &kept_ops;
	return 0;
}

static int open_output(struct inode *inode, struct file *file)
{
	file->ops = &output_ops;
	file->private = inode->private;
	return 0;
}

static void release_kept(struct inode *inode)
{
	inode_put(inode->private);
}

static const struct inode_ops kept_inode_ops = { .open = open_kept, .release = release_kept };
static const struct inode_ops output_inode_ops = { .open = open_output };

// A new file that looks like a pipe. `private` is the inode's. 0 or -errno.
static int make_file(const struct inode_ops *ops, void *private, uint32_t flags, struct file **store)
{
	struct inode *inode = inode_create(S_IFIFO | 0600, VOLUME_NAMELESS, ops);

	if (!inode)
		return -ENOMEM;
	inode->nlink = 1;
	inode->private = private;
	return file_create(inode, flags, store);
}

static int open_serial(struct fdtable *files)
{
	struct file *file[3] = { input.ends[0] };
	struct inode *kept;
	int error;

	error = file_lookup_kernel(KEPT_INPUT, &kept);
	if (error == -ENOENT) {
		error = 0;
	} else if (!error) {
		input_kept = true;
		error = make_file(&kept_inode_ops, kept, O_RDONLY, &file[0]);
	}
	if (!error)
		error = make_file(&output_inode_ops, &outputs[0], O_WRONLY, &file[1]);
	if (!error)
		error = make_file(&output_inode_ops, &outputs[1], O_WRONLY, &file[2]);
	for (int fd = 0; fd < 3 && !error; fd++)
		error = MIN(fd_add(files, file[fd], 0, false), 0);
	return error;
}

static int open_tty(struct fdtable *files, struct tty *tty, const char *path)
{
	struct file *file;
	int error = file_open_kernel(path, O_RDWR, &file);

	if (error)
		return error;
	for (int fd = 0; fd < 3 && !error; fd++)
		error = MIN(fd_add(files, file_get(file), 0, false), 0);
	file_put(file);
	if (tty_hooks)
		tty_set_session(tty, tty_hooks->caller().pid);
	return error;
}

bool stdio_is_terminal(void)
{
	return mode != STDIO_SERIAL;
}

int stdio_open(struct fdtable *files)
{
	switch (mode) {
	case STDIO_SERIAL:
		return open_serial(files);
	case STDIO_TTY:
		return open_tty(files, &serial_tty, "/dev/ttyS1");
	default:
		return open_tty(files, &console_tty, "/dev/console");
	}
}

bool stdio_input_possible(void)
{
	return mode == STDIO_CONSOLE || !(input_kept || input.ended);
}

static struct device serial_tty_device = {
	.name = "ttyS1",
	.major_number = 4,
	.minor_number = 65,
	.permissions = 0620,
	.ops = &tty_ops,
	.private = &serial_tty,
};

static void start_output(struct output *output, enum serial_name name)
{
	output->port = &serial_ports[name];
	spin_init(&output->lock, output->port->name, RANK_FILE);
	waitq_init(&output->room);
	waitq_init(&output->turn);
	output->port->on_room = output_room;
	serial_output_start(output->port);
}

void stdio_init(void)
{
	if (!option_lists("stdio", "serial"))
		return;
	if (option_given("tty")) {
		mode = STDIO_TTY;
		tty_init(&serial_tty);
		device_register(&serial_tty_device);
	} else {
		mode = STDIO_SERIAL;
		if (pipe_create_files(0, input.ends) || pipe_prepare(input.ends[0]->private))
			panic("stdio_init: no memory");
		start_output(&outputs[0], COM2);
		start_output(&outputs[1], COM3);
		input.ends[0]->ops = &input_ops;
		input.ends[0]->inode->ops = &input_inode_ops;
	}
	serial_ports[COM2].input = take_input;
	serial_input_start(&serial_ports[COM2]);
}
