// waiting.c: condition variables, barriers, locks for readers and writers, semaphores.
#include "pthreads.h"

// Condition variables: a ring of numbers.

static pthread_mutex_t ring_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER, not_full = PTHREAD_COND_INITIALIZER;
static int ring[4], ring_count, ring_sum, consumed;

static void *consume(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&ring_mutex);
		while (!ring_count)
			pthread_cond_wait(&not_empty, &ring_mutex);
		ring_sum += ring[--ring_count];
		consumed++;
		pthread_cond_signal(&not_full);
		pthread_mutex_unlock(&ring_mutex);
	}
	return NULL;
}

static int released;

static void *wait_released(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&ring_mutex);
	while (!released)
		pthread_cond_wait(&not_empty, &ring_mutex);
	pthread_mutex_unlock(&ring_mutex);
	return NULL;
}

void conditions(void)
{
	pthread_condattr_t attributes;
	pthread_t threads[FEW];
	struct timespec until;
	pthread_cond_t timed;

	for (int i = 0; i < FEW; i++)
		pthread_create(&threads[i], NULL, consume, NULL);
	for (int i = 0; i < FEW * ROUNDS; i++) {
		pthread_mutex_lock(&ring_mutex);
		while (ring_count == 4)
			pthread_cond_wait(&not_full, &ring_mutex);
		ring[ring_count++] = i;
		pthread_cond_signal(&not_empty);
		pthread_mutex_unlock(&ring_mutex);
	}
	for (int i = 0; i < FEW; i++)
		pthread_join(threads[i], NULL);
	CHECK(consumed == FEW * ROUNDS && ring_sum == FEW * ROUNDS * (FEW * ROUNDS - 1) / 2);
	for (int i = 0; i < FEW; i++)
		pthread_create(&threads[i], NULL, wait_released, NULL);
	pause_ms(2);
	pthread_mutex_lock(&ring_mutex);
	released = 1;
	pthread_cond_broadcast(&not_empty);
	pthread_mutex_unlock(&ring_mutex);
	for (int i = 0; i < FEW; i++)
		pthread_join(threads[i], NULL);
	pthread_condattr_init(&attributes);
	CHECK(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
	CHECK(pthread_cond_init(&timed, &attributes) == 0);
	pthread_mutex_lock(&ring_mutex);
	until = in_ms(CLOCK_MONOTONIC, 5);
	CHECK(pthread_cond_timedwait(&timed, &ring_mutex, &until) == ETIMEDOUT);
	until = in_ms(CLOCK_REALTIME, 5);
	CHECK(pthread_cond_timedwait(&not_full, &ring_mutex, &until) == ETIMEDOUT);
	pthread_mutex_unlock(&ring_mutex);
	printf("condition variables\n");
}

// Barriers.

static pthread_barrier_t barrier;
static int arrivals, serials;

static void *pass_barrier(void *arg)
{
	(void)arg;
	for (int i = 1; i <= ROUNDS; i++) {
		int result;

		__atomic_add_fetch(&arrivals, 1, __ATOMIC_SEQ_CST);
		result = pthread_barrier_wait(&barrier);
		CHECK(arrivals >= FEW * i);
		if (result == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_add_fetch(&serials, 1, __ATOMIC_SEQ_CST);
		else
			CHECK(result == 0);
		pthread_barrier_wait(&barrier);
		CHECK(arrivals <= FEW * (i + 1));
	}
	return NULL;
}

void barriers(void)
{
	CHECK(pthread_barrier_init(&barrier, NULL, 0) == EINVAL);
	CHECK(pthread_barrier_init(&barrier, NULL, FEW) == 0);
	in_threads(pass_barrier, NULL);
	CHECK(serials == ROUNDS);
	CHECK(pthread_barrier_destroy(&barrier) == 0);
	printf("barriers\n");
}

// Locks for readers and writers.

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static volatile long left, right;

static void *read_and_write(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		if (i % 4) {
			CHECK(pthread_rwlock_rdlock(&rwlock) == 0);
			CHECK(left == right);
		} else {
			CHECK(pthread_rwlock_wrlock(&rwlock) == 0);
			left++;
			if (i % 8 == 0)
				sched_yield();
			right++;
		}
		CHECK(pthread_rwlock_unlock(&rwlock) == 0);
	}
	return NULL;
}

static void *try_rwlock(void *write)
{
	int error = write ? pthread_rwlock_trywrlock(&rwlock) : pthread_rwlock_tryrdlock(&rwlock);

	if (!error)
		pthread_rwlock_unlock(&rwlock);
	return (void *)(long)error;
}

static void *timed_write(void *arg)
{
	struct timespec until = in_ms(CLOCK_REALTIME, 5);

	(void)arg;
	return (void *)(long)pthread_rwlock_timedwrlock(&rwlock, &until);
}

void rwlocks(void)
{
	in_threads(read_and_write, NULL);
	CHECK(left == FEW * ROUNDS / 4 && left == right);
	pthread_rwlock_rdlock(&rwlock);
	CHECK(in_one(try_rwlock, NULL) == NULL);
	CHECK((long)in_one(try_rwlock, &rwlock) == EBUSY);
	CHECK((long)in_one(timed_write, NULL) == ETIMEDOUT);
	pthread_rwlock_unlock(&rwlock);
	pthread_rwlock_wrlock(&rwlock);
	CHECK((long)in_one(try_rwlock, NULL) == EBUSY);
	pthread_rwlock_unlock(&rwlock);
	printf("locks for readers and writers\n");
}

// Semaphores, between processes too.

static void *post_and_wait(void *arg)
{
	sem_t *sems = arg;

	for (int i = 0; i < ROUNDS; i++) {
		CHECK(sem_post(&sems[0]) == 0);
		CHECK(sem_wait(&sems[1]) == 0);
	}
	return NULL;
}

void semaphores(void)
{
	sem_t *sems = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct timespec until = in_ms(CLOCK_REALTIME, 5);
	pthread_t thread;
	int value, status;

	CHECK(sem_init(&sems[0], 1, 0) == 0 && sem_init(&sems[1], 1, 0) == 0);
	CHECK(sem_trywait(&sems[0]) == -1 && errno == EAGAIN);
	CHECK(sem_timedwait(&sems[0], &until) == -1 && errno == ETIMEDOUT);
	pthread_create(&thread, NULL, post_and_wait, sems);
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(sem_wait(&sems[0]) == 0);
		CHECK(sem_post(&sems[1]) == 0);
	}
	pthread_join(thread, NULL);
	CHECK(sem_getvalue(&sems[0], &value) == 0 && value == 0);
	if (fork() == 0) {
		post_and_wait(sems);
		_exit(failures != 0);
	}
	for (int i = 0; i < ROUNDS; i++) {
		CHECK(sem_wait(&sems[0]) == 0);
		CHECK(sem_post(&sems[1]) == 0);
	}
	CHECK(wait(&status) > 0 && status == 0);
	printf("semaphores\n");
}
