// socket_options.c: options of sockets (socket(7)).
#include "ipc/socket_internal.h"

#include "thread/credentials.h"
#include "thread/why.h"
#include <abi/time.h>

// The greatest buffer that a socket can ask for: Linux's net.core.wmem_max, and here also the bound of
// SO_SNDBUFFORCE, since a message is freed without a yield.
#define BUFFER_MAX (4u << 20)
#define SEND_BUFFER_MIN 4608u
#define RECEIVE_BUFFER_MIN 2304u

#define PRIORITY_FREE_MAX 6 // greater ones need CAP_NET_ADMIN

// Options that are switched on and off. Only SO_PASSCRED has an effect on this family.
#define SWITCHES                                                                                   \
	(SOCKET_OPTION(SO_REUSEADDR) | SOCKET_OPTION(SO_DONTROUTE) | SOCKET_OPTION(SO_BROADCAST) | \
	 SOCKET_OPTION(SO_KEEPALIVE) | SOCKET_OPTION(SO_OOBINLINE) | SOCKET_OPTION(SO_PASSCRED) |  \
	 SOCKET_OPTION(SO_DEBUG) | SOCKET_OPTION(SO_TIMESTAMP))

static bool is_switch(int option)
{
	return option > 0 && option < 32 && SWITCHES & SOCKET_OPTION(option);
}

// Store a time-out as a struct of two words of `size` bytes. Returns the struct's length.
static uint32_t store_timeout(uint64_t timeout, void *value, bool wide)
{
	uint64_t ns = timeout == NO_DEADLINE ? 0 : timeout;
	int64_t wide_time[2] = { (int64_t)(ns / NS_PER_SECOND),
		                 (int64_t)(ns % NS_PER_SECOND / 1000) };
	int32_t time[2] = { (int32_t)wide_time[0], (int32_t)wide_time[1] };

	memcpy(value, wide ? (void *)wide_time : (void *)time,
	       wide ? sizeof(wide_time) : sizeof(time));
	return wide ? sizeof(wide_time) : sizeof(time);
}

// Fetch a time-out. Zero means none; a negative one is over at once, as on Linux. Returns 0; -EINVAL if
// the value is too short; -EDOM for a number of microseconds that is none.
static int fetch_timeout(const void *value, uint32_t length, bool wide, uint64_t *store)
{
	int64_t seconds, microseconds;

	if (length < (wide ? sizeof(int64_t[2]) : sizeof(int32_t[2])))
		return -EINVAL;
	seconds = wide ? ((const int64_t *)value)[0] : ((const int32_t *)value)[0];
	microseconds = wide ? ((const int64_t *)value)[1] : ((const int32_t *)value)[1];
	if (microseconds < 0 || microseconds >= 1000000)
		return -EDOM;
	if (seconds < 0)
		*store = 0;
	else if ((!seconds && !microseconds) || (uint64_t)seconds >= UINT32_MAX)
		*store = NO_DEADLINE;
	else
		*store = (uint64_t)seconds * NS_PER_SECOND + (uint64_t)microseconds * 1000;
	return 0;
}

// Store the value of an option that is an int. Returns 0 or -ENOPROTOOPT. Caller: holds socket_lock.
static int get_number(struct socket *socket, int option, int *store)
{
	assert_spin_held(&socket_lock);
	switch (option) {
	case SO_TYPE:
		*store = socket->type;
		return 0;
	case SO_DOMAIN:
		*store = AF_UNIX;
		return 0;
	case SO_PROTOCOL:
	case SO_REUSEPORT:
		*store = 0;
		return 0;
	case SO_ERROR:
		*store = -socket_take_error(socket);
		return 0;
	case SO_SNDBUF:
		*store = (int)socket->send_limit;
		return 0;
	case SO_RCVBUF:
		*store = (int)socket->receive_limit;
		return 0;
	case SO_RCVLOWAT:
		*store = (int)socket->low_water;
		return 0;
	case SO_SNDLOWAT:
		*store = 1;
		return 0;
	case SO_PRIORITY:
		*store = socket->priority;
		return 0;
	case SO_ACCEPTCONN:
		*store = socket->state == SOCKET_LISTENING;
		return 0;
	}
	*store = is_switch(option) && socket->options & SOCKET_OPTION(option);
	return is_switch(option) ? 0 : WHY(-ENOPROTOOPT, "there is no option %d", option);
}

int socket_get_option(struct socket *socket, int option, void *value, uint32_t *length)
{
	uint64_t whole[SOCKET_OPTION_MAX / sizeof(uint64_t)] = { 0 };
	uint32_t size = sizeof(int);
	int error = 0;

	spin_lock(&socket_lock);
	switch (option) {
	case SO_LINGER:
		size = sizeof(socket->linger);
		memcpy(whole, &socket->linger, size);
		break;
	case SO_PEERCRED:
		size = sizeof(socket->peer_creds);
		memcpy(whole, &socket->peer_creds, size);
		break;
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		size = store_timeout(socket->receive_timeout, whole, option == SO_RCVTIMEO_NEW);
		break;
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		size = store_timeout(socket->send_timeout, whole, option == SO_SNDTIMEO_NEW);
		break;
	default:
		error = get_number(socket, option, (int *)whole);
	}
	spin_unlock(&socket_lock);
	*length = MIN(*length, size);
	memcpy(value, whole, *length);
	return error;
}

int socket_report_error(struct socket *socket, int error)
{
	int old;

	spin_lock(&socket_lock);
	old = socket_take_error(socket);
	socket->error = error;
	spin_unlock(&socket_lock);
	return old;
}

// Set a buffer's size: twice what is asked for, as on Linux, which counts its own structs. Returns 0 or
// -EPERM.
static int set_buffer(uint32_t *limit, int option, int value, uint32_t least)
{
	bool force = option == SO_SNDBUFFORCE || option == SO_RCVBUFFORCE;

	if (force && !capable(CAP_NET_ADMIN))
		return WHY(-EPERM, "the option needs CAP_NET_ADMIN");
	if (force && value < 0)
		value = 0;
	*limit = MAX(MIN((uint32_t)value, BUFFER_MAX) * 2, least);
	return 0;
}

// Set an option whose value is an int. Caller: holds socket_lock.
static int set_number(struct socket *socket, int option, int value)
{
	assert_spin_held(&socket_lock);
	switch (option) {
	case SO_TYPE:
	case SO_DOMAIN:
	case SO_PROTOCOL:
	case SO_ERROR:
		return WHY(-ENOPROTOOPT, "the option cannot be set");
	case SO_REUSEPORT:
		return value ? -EOPNOTSUPP : 0;
	case SO_SNDBUF:
	case SO_SNDBUFFORCE:
		return set_buffer(&socket->send_limit, option, value, SEND_BUFFER_MIN);
	case SO_RCVBUF:
	case SO_RCVBUFFORCE:
		return set_buffer(&socket->receive_limit, option, value, RECEIVE_BUFFER_MIN);
	case SO_RCVLOWAT:
		socket->low_water = value < 0 ? INT32_MAX : MAX((uint32_t)value, 1u);
		return 0;
	case SO_PRIORITY:
		if ((value < 0 || value > PRIORITY_FREE_MAX) && !capable(CAP_NET_ADMIN))
			return -EPERM;
		socket->priority = value;
		return 0;
	case SO_DEBUG:
		if (value && !capable(CAP_NET_ADMIN))
			return -EACCES;
		break;
	}
	if (!is_switch(option))
		return WHY(-ENOPROTOOPT, "there is no option %d to set", option);
	if (value)
		socket->options |= SOCKET_OPTION(option);
	else
		socket->options &= ~SOCKET_OPTION(option);
	return 0;
}

int socket_set_option(struct socket *socket, int option, const void *value, uint32_t length)
{
	int error = 0;

	spin_lock(&socket_lock);
	switch (option) {
	case SO_LINGER:
		if (length < sizeof(socket->linger))
			error = -EINVAL;
		else
			memcpy(&socket->linger, value, sizeof(socket->linger));
		break;
	case SO_RCVTIMEO:
	case SO_RCVTIMEO_NEW:
		error = fetch_timeout(value, length, option == SO_RCVTIMEO_NEW,
		                      &socket->receive_timeout);
		break;
	case SO_SNDTIMEO:
	case SO_SNDTIMEO_NEW:
		error = fetch_timeout(value, length, option == SO_SNDTIMEO_NEW,
		                      &socket->send_timeout);
		break;
	default:
		error = set_number(socket, option, *(const int *)value);
	}
	spin_unlock(&socket_lock);
	return error;
}
