// serial_output.c: writing to serial ports. A port takes as many bytes as its FIFO has room for
// (16 in a 16550); a writer of more sleeps until the port's interrupt says that it can send
// again.
#include "tty/serial_output.h"

#include "dev/serial.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include "thread/waitq.h"
#include "thread/yield.h"
#include "tty/tty.h"
#include <abi/limits.h>

// About how many instructions it takes to fill the FIFO of a port.
#define SEND_COST 60

// A line to which programs write. Up to PIPE_BUF bytes of one write are sent in one piece, as
// through a pipe: a sender takes the turn, and others wait for its end. Sending sleeps, so the
// turn is a flag and not the spinlock itself.
//
// [c] constant   [lock] `lock`   [a] atomic
static struct output {
	struct serial *port; // [c]
	struct waitq room;   // threads that wait for the port to take bytes
	struct spinlock lock;
	bool busy;         // [lock] a thread has the turn
	struct waitq turn; // threads that wait for the turn
	uint32_t waiting;  // [a] how many threads wait in `room`
} outputs[2];

// A port can send again (serial_ports[].on_room): called by its interrupt handler.
static void output_room(struct serial *port)
{
	for (size_t i = 0; i < ARRAY_SIZE(outputs); i++)
		if (outputs[i].port == port)
			waitq_wake_all(&outputs[i].room);
}

// Sleep until the port takes some of bytes[n]. The port is asked once more after the waiter is
// queued: room that came before would wake nobody. Returns how many bytes it took; 0 if a signal
// waits.
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

// Send bytes[n] in one piece. Returns how many bytes were sent before a signal came.
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

// The bytes are copied into the kernel before the turn is taken: a page fault of the writer must
// not keep others waiting. Out of memory, they are sent in smaller pieces, from the stack.
static ssize_t output_write(struct file *file, struct uio *uio, uint64_t *pos)
{
	char few[256], *bytes = few;
	size_t done = 0, size = sizeof(few);
	int error = 0;

	(void)pos;
	if (uio->left > sizeof(few) && (bytes = kmalloc(PIPE_BUF)))
		size = PIPE_BUF;
	else
		bytes = few;
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

bool output_waiting(void)
{
	return outputs[0].waiting || outputs[1].waiting || tty_output_waiting();
}

// A poll always finds room. A write may wait all the same, but only as long as the host does not
// read.
static unsigned int output_poll(struct file *file, struct poll_table *table)
{
	static struct waitq never = WAITQ_INIT(never); // epoll takes only files that wait

	(void)file;
	poll_wait(table, &never);
	return POLLOUT | POLLWRNORM;
}

static const struct file_ops output_ops = { .write = output_write, .poll = output_poll };

// Complete an open file of a line (inode_ops.open).
static int open_output(struct inode *inode, struct file *file)
{
	file->ops = &output_ops;
	file->private = inode->private;
	return 0;
}

const struct inode_ops output_inode_ops = { .open = open_output };

void *output_line(unsigned int line)
{
	return &outputs[line];
}

void output_start(unsigned int line, enum serial_name name)
{
	struct output *output = &outputs[line];

	output->port = &serial_ports[name];
	spin_init(&output->lock, output->port->name, RANK_FILE);
	waitq_init(&output->room);
	waitq_init(&output->turn);
	output->port->on_room = output_room;
	serial_output_start(output->port);
}
