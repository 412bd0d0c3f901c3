// What the tests of named areas share.
#pragma once

#include "test.h"
#include <setjmp.h>
#include <sys/area.h>
#include <sys/mman.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)

static inline void result(const char *what, int value)
{
	say("%s: %s\n", what, value < 0 ? error_name(errno) : "done");
}

static inline struct area_request ask(const char *name, size_t size)
{
	struct area_request request = { .size = size, .protection = RW };

	strncpy(request.name, name, AREA_NAME_MAX - 1);
	return request;
}

// Make an area, or say why not. Its id.
static inline int make_as(struct area_request request)
{
	if (area_create(&request, 1))
		say("%s cannot be made: %s\n", request.name, error_name(errno));
	return request.id;
}

static inline int make(const char *name, size_t size)
{
	return make_as(ask(name, size));
}

// Where an area lies.
static inline char *place(int id)
{
	struct area_info info = { .address = 0 };

	area_info(id, &info);
	return (char *)info.address;
}

static inline void show_area(int id)
{
	struct area_info info;

	if (area_info(id, &info)) {
		say("no info: %s\n", error_name(errno));
		return;
	}
	say("%s: %u of %u pages, protection %u, lock %u, access %u, copies %u, %s\n", info.name,
	    info.size / PAGE, info.maximum / PAGE, info.protection, info.lock, info.access,
	    info.copies, info.owner == getpid() ? "mine" : "another's");
}

static inline struct area_clone_request clone_of(int source, uint32_t protection, uint32_t flags)
{
	return (struct area_clone_request){ .source = source,
		                            .protection = protection,
		                            .flags = flags };
}

// Clone an area, and print how that went. The clone's id, or 0.
static inline int try_clone(const char *what, struct area_clone_request request)
{
	int value = area_clone(&request);

	result(what, value);
	return value < 0 ? 0 : request.id;
}

static sigjmp_buf fault_jump;
static int fault_signal, fault_code;

static inline void on_fault(int signo, siginfo_t *info, void *context)
{
	(void)context;
	fault_signal = signo;
	fault_code = info->si_code;
	siglongjmp(fault_jump, 1);
}

static inline void catch_faults(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

// Can the byte be read? And written?
static inline bool touches(volatile char *p)
{
	catch_faults();
	if (sigsetjmp(fault_jump, 1))
		return false;
	(void)*p;
	return true;
}

static inline bool writes(volatile char *p)
{
	char byte = *p;

	catch_faults();
	if (sigsetjmp(fault_jump, 1))
		return false;
	*p = byte;
	return true;
}

static inline void access_of(const char *what, char *p)
{
	bool read = touches(p);
	int signo = fault_signal;

	say("%s: %s\n", what,
	    read            ? writes(p) ? "read and written" : "read" :
	    signo == SIGBUS ? "SIGBUS" :
	                      "SIGSEGV");
}
