// fill_sysv.c: what the calls on System V objects take: keys and ids, few of each, so that processes meet.

#include "fuzz.h"

#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#define ID_SEQUENCE 15 // id = number of a use << ID_SEQUENCE | place

// An id of an object that was made early, as most are.
static uint32_t any_id(uint32_t *state)
{
	uint32_t place = one_in(state, 8) ? below(state, 70) : below(state, 6);

	if (one_in(state, 24))
		return random_word(state);
	return place | (one_in(state, 4) ? below(state, 4) << ID_SEQUENCE : 0);
}

// Flags of shmget and its like, or of calls on the objects.
static uint32_t any_flags(uint32_t *state)
{
	uint32_t flags = one_in(state, 4) ? random_word(state) & 0777 : 0666;

	if (!one_in(state, 3))
		flags |= IPC_CREAT;
	if (one_in(state, 6))
		flags |= random_word(state) & random_word(state) & 0177777;
	return flags;
}

uint32_t sysv_value(char kind, uint32_t *state)
{
	switch (kind) {
	case '(':
		return below(state, 5);
	case ')':
		return any_id(state);
	case '<':
		return any_flags(state);
	case '}': // of a message that is received
		return one_in(state, 12) ? random_word(state) : below(state, 9) - 4;
	default: // '>', a command: objects live on mostly
		return one_in(state, 6) ? below(state, 22) :
		       one_in(state, 8) ? random_word(state) :
		                          1 + below(state, 20);
	}
}

// Operations on the first semaphores, which mostly do not wait.
static void fill_operations(struct sembuf *ops, uint32_t count, uint32_t *state)
{
	for (uint32_t i = 0; i < count; i++) {
		ops[i].sem_num = (uint16_t)(one_in(state, 24) ? random_word(state) :
		                                                below(state, 3));
		ops[i].sem_op = (int16_t)(one_in(state, 24) ? random_word(state) :
		                                              below(state, 7) - 3);
		ops[i].sem_flg = one_in(state, 6) ? 0 : IPC_NOWAIT;
		if (one_in(state, 3))
			ops[i].sem_flg |= SEM_UNDO;
	}
}

void fill_sysv(char kind, char *at, uint32_t *state)
{
	if (kind == '[') {
		fill_operations((struct sembuf *)at, SYSV_FILLED / sizeof(struct sembuf), state);
		return;
	}
	*(uint32_t *)at = one_in(state, 12) ? random_word(state) : 1 + below(state, 3);
	for (uint32_t i = 4; i < SYSV_FILLED; i++)
		at[i] = (char)random_word(state);
}

// Remove all objects of this kind that there are.
static void remove_segments(void)
{
	struct shmid_ds ds;
	struct shm_info info;
	int highest = shmctl(0, SHM_INFO, (struct shmid_ds *)&info);

	for (int i = 0; i <= highest; i++) {
		int id = shmctl(i, SHM_STAT_ANY, &ds);

		if (id >= 0)
			shmctl(id, IPC_RMID, &ds);
	}
}

static void remove_sets(void)
{
	struct semid_ds ds;
	struct seminfo info;
	int highest = semctl(0, 0, SEM_INFO, &info);

	for (int i = 0; i <= highest; i++) {
		int id = semctl(i, 0, SEM_STAT_ANY, &ds);

		if (id >= 0)
			semctl(id, 0, IPC_RMID, 0);
	}
}

static void remove_queues(void)
{
	struct msqid_ds ds;
	struct msginfo info;
	int highest = msgctl(0, MSG_INFO, (struct msqid_ds *)&info);

	for (int i = 0; i <= highest; i++) {
		int id = msgctl(i, MSG_STAT_ANY, &ds);

		if (id >= 0)
			msgctl(id, IPC_RMID, &ds);
	}
}

void sysv_clean(void)
{
	remove_segments();
	remove_sets();
	remove_queues();
}
