# Quire's build. One make, no recursion, all output under $O.
# `make help` lists what can be made; the parts below hold the rules.
#
#   boot/toolchain.mk   which compiler, which flags
#   boot/kernel.mk      the kernel: obj/quire.elf
#   user/own.mk         a program of your own
#   user/user.mk        the library, the programs, obj/archive.cpio
#   boot/run.mk         QEMU, GDB, the ISO image
#   grade/grade.mk      tests, lint, benchmarks, setup

ifeq ($(filter undefine,$(.FEATURES)),)
$(error Quire needs GNU make 3.82 or newer; this is $(MAKE_VERSION))
endif

O ?= obj
ifeq ($(UBSAN),1)
override O := $(O)/ubsan
endif
base_O := $(O)
ifeq ($(DEBUG),1)
override O := $(O)/debug
endif
ifeq ($(STRETCH),1)
override O := $(base_O)/stretch
endif

# Runs the build's own scripts; they need nothing but the standard library.
PYTHON := $(or $(wildcard /usr/bin/python3),python3)

# V=1 shows each command.
MAKEFLAGS += -rR --no-print-directory $(if $(filter 1,$(V)),,-s)
.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: all kernel programs clean help FORCE
.DEFAULT_GOAL := all

all:
FORCE:

# These goals need no compiler; with only them on the command line none is searched. Of lint's checks only
# lint-calls needs one: it looks at objects.
no_compiler := help clean setup format nmi lint-%
need_compiler := $(if $(MAKECMDGOALS),$(filter-out $(no_compiler),$(MAKECMDGOALS))$(filter lint-calls,$(MAKECMDGOALS)),all)

# $(call write_if_new,COMMAND): a recipe line that makes $@ what COMMAND prints, and leaves it
# alone when it is that already.
write_if_new = sh grade/tools/write-if-new $@ $(1)

# $(call remember,TEXT): a recipe line that keeps TEXT in $@. What depends on such a file is made
# anew when the text changes: flags, lists of objects.
remember = $(call write_if_new,printf '%s\n' '$(subst ','\'',$(strip $(1)))')

include boot/toolchain.mk
include boot/kernel.mk
include user/user.mk
include user/own.mk
include boot/run.mk
include grade/grade.mk

all: kernel programs $(O)/archive.cpio $(O)/compile_commands.json
kernel: $(O)/quire.elf

clean:
	rm -rf $(O)

# A line of the form `## goal: text`, in any part, is a line of the help.
help:
	@sed -n 's/^## \([^:]*\): */\1\t/p' $(filter-out %.d %/toolchain-found.mk,$(MAKEFILE_LIST)) | \
		awk -F '\t' '{ printf "  %-28s %s\n", $$1, $$2 }'

## all: the kernel, all programs and the archive (the default)
## kernel, programs: one of the two
## clean: remove what was built
## V=1: show the commands
## O=DIR: build into DIR instead of obj
## DEBUG=1: build with checks (assertions, lock ranks, patterns in freed memory) into obj/debug
## STRETCH=1: build with a measure of how long the kernel runs (option stretch) into obj/stretch
## UBSAN=1: build with checks for undefined behaviour into obj/ubsan; also with DEBUG=1
## CC=... or CROSS=...: a compiler, or the prefix of one (i686-elf-)
## WERROR=1: warnings are errors (also when CI=true)
