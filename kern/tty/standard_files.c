// standard_files.c: standard input of the first program, and how its three files are opened.
// Input from COM2 goes into a pipe, from which the program reads.
#include "tty/standard_files.h"

#include "debug/boot_options.h"
#include "dev/serial.h"
#include "fs/device.h"
#include "fs/fdtable.h"
#include "fs/inode.h"
#include "fs/open.h"
#include "fs/path.h"
#include "fs/pipe.h"
#include "fs/uio.h"
#include "tty/console_tty.h"
#include "tty/serial_output.h"
#include "tty/tty.h"

#define WINDOW_FRAME 0xFFFFu // a length that means: rows and columns follow, 16 bits each

#define KEPT_INPUT "/.run/stdin" // a file that is all the input, if it exists

// [c] constant   [a] atomic
static enum { STDIO_CONSOLE, STDIO_SERIAL, STDIO_TTY } mode; // [c] after stdio_init

// --- Input over COM2 ---

// Guarded by COM2's receiving side (struct serial).
static struct {
	struct file *
		ends[2]; // STDIO_SERIAL: the pipe; ends[1] is closed, but stays, when the input ends
	uint8_t header[2];    // the header of the frame that is coming in
	uint32_t header_used; // how many bytes of the header have come
	uint32_t frame_left;  // how many bytes of the frame are still to come
	uint8_t window[4];    // the size of the window that is coming in
	uint32_t window_left; // how many bytes of it are still to come
	bool ended;           // the frame of length 0 has come
} input;

_Static_assert(TTY_BURST <= SERIAL_FIFO, "an empty port takes a burst whole");

static bool input_kept; // [c] after stdio_open: the input is a file, not COM2's

static bool show_on_com2(struct tty *tty, const char *bytes, size_t n)
{
	(void)tty;
	return serial_write_some(&serial_ports[COM2], bytes, n) == n;
}

static void resume_com2(void)
{
	serial_input_resume(&serial_ports[COM2]);
}

static void resume_tty(struct tty *tty)
{
	(void)tty;
	resume_com2();
}

static struct tty serial_tty = { .name = "ttyS1", .output = show_on_com2, .resume = resume_tty };

// COM2 can send again (serial_ports[].on_room).
static void room_on_com2(struct serial *port)
{
	(void)port;
	tty_output_room(&serial_tty);
}

// Pass on bytes of a frame. Returns how many were taken. Bytes that nobody will read, because
// all reading ends are closed, are dropped: otherwise they would stay in the port for ever.
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

// Close the pipe's writing end, but keep the open file: to free it may yield, which an interrupt
// handler must not.
static void close_writing_end(void)
{
	pipe_release(input.ends[1]);
	input.ends[1]->ops = &path_only_ops;
}

// The frame of length 0 has come: readers see the end of the file when they have read
// everything.
static void end_input(void)
{
	input.ended = true;
	if (mode == STDIO_TTY)
		tty_end_input(&serial_tty);
	else
		close_writing_end();
}

// Process one byte of a frame's header.
static void take_header(uint8_t byte)
{
	input.header[input.header_used++] = byte;
	if (input.header_used < sizeof(input.header))
		return;
	input.header_used = 0;
	input.frame_left = input.header[0] | (uint32_t)input.header[1] << 8;
	if (input.frame_left == WINDOW_FRAME) {
		input.frame_left = 0;
		input.window_left = sizeof(input.window);
	} else if (!input.frame_left) {
		end_input();
	}
}

// Process one byte of the window's size, which the host sends when it changes there.
static void take_window(uint8_t byte)
{
	const uint8_t *w = input.window;
	struct winsize size = { 0 };

	input.window[sizeof(input.window) - input.window_left--] = byte;
	if (input.window_left > 0 || mode != STDIO_TTY)
		return;
	size.ws_row = (uint16_t)(w[0] | w[1] << 8);
	size.ws_col = (uint16_t)(w[2] | w[3] << 8);
	tty_set_window(&serial_tty, &size);
}

// Take bytes from COM2 (serial_ports[].input), in its interrupt handler. Returns how many were
// taken; the port keeps the rest until resume_com2.
static size_t take_input(struct serial *port, const uint8_t *bytes, size_t n)
{
	size_t done = 0;

	(void)port;
	while (done < n && !input.ended) {
		size_t part = MIN(n - done, (size_t)input.frame_left), taken;

		if (input.window_left) {
			take_window(bytes[done++]);
			continue;
		}
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

// Read from the pipe. After that there may be room for what waits in the port.
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
	.async = pipe_async,
	.held_bytes = pipe_held_bytes,
	.release = pipe_release,
};

// Complete an open file of the input that is opened again, by /proc/self/fd/0.
static int open_input(struct inode *inode, struct file *file)
{
	int error = pipe_open(inode, file);

	file->ops = &input_ops;
	return error;
}

static const struct inode_ops input_inode_ops = { .open = open_input };

// --- Input from a file that was kept for it ---

// Shared by all readers: a byte is read once, as from a pipe.
static uint64_t kept_position;
static struct claim kept_claim; // held while a reader uses the position

// Read from the file as from a pipe, by way of an open file that exists only for this read.
static ssize_t kept_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct file reader = { .inode = file->inode->private };
	ssize_t n = claim_take(&kept_claim);

	(void)pos;
	if (n)
		return n;
	n = regular_ops.read(&reader, uio, &kept_position);
	claim_release(&kept_claim);
	return n;
}

// The writing end of such a pipe is closed: POLLHUP, even if there are bytes left.
static unsigned int kept_poll(struct file *file, struct poll_table *table)
{
	static struct waitq never = WAITQ_INIT(never); // epoll takes only files that wait

	poll_wait(table, &never);
	return (kept_position < inode_size(file->inode->private) ? POLLIN | POLLRDNORM : 0) |
	       POLLHUP;
}

static const struct file_ops kept_ops = { .read = kept_read, .poll = kept_poll };

// --- The files ---

static int open_kept(struct inode *inode, struct file *file)
{
	(void)inode;
	file->ops = &kept_ops;
	return 0;
}

static void release_kept(struct inode *inode)
{
	inode_put(inode->private);
}

static const struct inode_ops kept_inode_ops = { .open = open_kept, .release = release_kept };

// Create an open file that looks like an end of a pipe. `private` becomes the inode's. Returns 0
// or -errno.
static int make_file(const struct inode_ops *ops, void *private, uint32_t flags, struct file **store)
{
	struct inode *inode = inode_create(S_IFIFO | 0600, VOLUME_NAMELESS, ops);

	if (!inode)
		return -ENOMEM;
	inode->nlink = 1;
	inode->private = private;
	return file_create(inode, flags, store);
}

// Open the three files of `stdio=serial`. The file with the input is looked for only now: an
// archive that boot unpacks may contain it.
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
		error = make_file(&output_inode_ops, output_line(0), O_WRONLY, &file[1]);
	if (!error && option_lists("stdio", "joined"))
		file[2] = file_get(file[1]);
	else if (!error)
		error = make_file(&output_inode_ops, output_line(1), O_WRONLY, &file[2]);
	for (int fd = 0; fd < 3 && !error; fd++)
		error = MIN(fd_add(files, file[fd], 0, false), 0);
	return error;
}

// Open the terminal once, and make it all three descriptors, so that they share one open file,
// as a login shell's do. The process that opens it will lead a session, whose number is its pid.
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
	assert_no_lock();
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

// Device 4, 65 is the second serial port ("Linux allocated devices").
static struct device serial_tty_device = {
	.name = "ttyS1",
	.major_number = 4,
	.minor_number = 65,
	.permissions = 0620,
	.ops = &tty_ops,
	.private = &serial_tty,
};

// The pipe gets a page now: input must be taken even when the machine is out of memory, since
// the interrupt handler cannot wait.
void stdio_init(void)
{
	if (!option_lists("stdio", "serial"))
		return;
	if (option_given("tty")) {
		mode = STDIO_TTY;
		serial_ports[COM2].on_room = room_on_com2;
		tty_init(&serial_tty);
		serial_tty.device = makedev(serial_tty_device.major_number,
		                            serial_tty_device.minor_number);
		device_register(&serial_tty_device);
	} else {
		mode = STDIO_SERIAL;
		if (pipe_create_files(0, input.ends) || pipe_prepare(input.ends[0]->private))
			panic("stdio_init: no memory");
		output_start(0, COM2);
		output_start(1, COM3);
		input.ends[0]->ops = &input_ops;
		input.ends[0]->inode->ops = &input_inode_ops;
	}
	serial_ports[COM2].input = take_input;
	serial_input_start(&serial_ports[COM2]);
}
