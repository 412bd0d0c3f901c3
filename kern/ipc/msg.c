// msg.c: queues of System V messages: making, describing and changing them. msg_op.c sends and receives.
#include "ipc/msg.h"

#include "mem/heap.h"
#include "procfs/procfs.h"
#include "thread/credentials.h"
#include "thread/why.h"
#include <abi/stat.h>
#include <stdio.h>

// In all queues.
static uint32_t messages_queued, bytes_queued; // [sysv_lock]

void msg_count(int messages, int bytes)
{
	assert_spin_held(&sysv_lock);
	messages_queued += (uint32_t)messages;
	bytes_queued += (uint32_t)bytes;
}

// Make a queue, without its id.
static int create(const struct sysv_request *request, struct sysv_object **store)
{
	struct msg_queue *queue = kzalloc_lasting(sizeof(*queue));

	(void)request;
	if (!queue)
		return -ENOMEM;
	list_init(&queue->messages);
	list_init(&queue->senders);
	list_init(&queue->receivers);
	queue->bytes_max = MSGMNB;
	queue->change_time = sysv_now();
	*store = &queue->ipc;
	return 0;
}

static void destroy(struct sysv_object *object)
{
	kfree(object);
}

struct sysv_table msg_table = {
	.max = MSGMNI,
	.create = create,
	.destroy = destroy,
	SYSV_TABLE_EMPTY,
};

int msg_get(key_t key, uint32_t flags)
{
	struct sysv_request request = { .key = key, .flags = flags };

	return sysv_get(&msg_table, &request);
}

int msg_stat(int id, bool index, bool any, struct msqid_ds *ds)
{
	const struct msg_queue *queue;
	struct sysv_object *object;
	int error;

	spin_lock(&sysv_lock);
	object = sysv_find_to_read(&msg_table, id, index, any, &error);
	if (object) {
		queue = queue_of(object);
		*ds = (struct msqid_ds){
			.msg_stime = (uint32_t)queue->send_time,
			.msg_stime_high = (uint32_t)(queue->send_time >> 32),
			.msg_rtime = (uint32_t)queue->receive_time,
			.msg_rtime_high = (uint32_t)(queue->receive_time >> 32),
			.msg_ctime = (uint32_t)queue->change_time,
			.msg_ctime_high = (uint32_t)(queue->change_time >> 32),
			.msg_cbytes = queue->bytes,
			.msg_qnum = queue->count,
			.msg_qbytes = queue->bytes_max,
			.msg_lspid = queue->sender,
			.msg_lrpid = queue->receiver,
		};
		sysv_describe(object, &ds->msg_perm);
		if (index)
			error = object->id;
	}
	spin_unlock(&sysv_lock);
	return error;
}

int msg_info(struct msginfo *info, bool usage)
{
	int highest;

	*info = (struct msginfo){
		.msgpool = MSGMNI * MSGMNB / 1024,
		.msgmap = MSGMNB,
		.msgmax = MSGMAX,
		.msgmnb = MSGMNB,
		.msgmni = MSGMNI,
		.msgssz = 16,
		.msgtql = MSGMNB,
		.msgseg = 0xffff,
	};
	spin_lock(&sysv_lock);
	highest = sysv_highest(&msg_table);
	if (usage) {
		info->msgpool = (int32_t)msg_table.used;
		info->msgmap = (int32_t)messages_queued;
		info->msgtql = (int32_t)bytes_queued;
	}
	spin_unlock(&sysv_lock);
	return highest;
}

static void write_line(const struct sysv_object *object, char *text, size_t size)
{
	const struct msg_queue *queue = (const struct msg_queue *)object;

	snprintf(text, size,
	         "%10d %10d  %4o  %10u %10u %5d %5d %5u %5u %5u %5u %10llu %10llu %10llu\n",
	         object->key, object->id, object->mode, queue->bytes, queue->count, queue->sender,
	         queue->receiver, object->uid, object->gid, object->cuid, object->cgid,
	         queue->send_time, queue->receive_time, queue->change_time);
}

static int show_queues(struct seq *seq, pid_t pid)
{
	(void)pid;
	sysv_show(
		seq, &msg_table,
		"       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  "
		"cgid      stime      rtime      ctime\n",
		write_line);
	return 0;
}

static struct procfs_file files[] = {
	{ .name = "sysvipc/msg", .mode = S_IFREG | 0444, .show = show_queues },
	{ .name = "sys/kernel/msgmax", .mode = S_IFREG | 0444, .text = "8192\n" },
	{ .name = "sys/kernel/msgmnb", .mode = S_IFREG | 0444, .text = "16384\n" },
	{ .name = "sys/kernel/msgmni", .mode = S_IFREG | 0444, .text = "32000\n" },
};

void msg_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		procfs_register(&files[i]);
}
