# Quire's build. One make, no recursion, all output under $O.
# `make help` lists what can be made; the parts below hold the rules.
#
#   boot/toolchain.mk   which compiler, which flags
#   boot/kernel.mk      the kernel: obj/quire.elf
#   user/own.mk         a program of your own
#   user/user.mk        the library, the programs, obj/archive.cpio, obj/tests.cpio
#   boot/run.mk         QEMU, GDB, the ISO image
#   grade/grade.mk      tests, lint, benchmarks, setup

ifeq ($(filter undefine,$(.FEATURES)),)
$(error Quire needs GNU make 3.82 or newer; this is $(MAKE_VERSION). On macOS `brew install make` brings it as gmake)
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

# V=1 shows each command, V=0 nothing; otherwise a line announces each step that takes more than a second.
MAKEFLAGS += -rR --no-print-directory $(if $(filter 1,$(V)),,-s)
.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: all kernel programs clean distclean help FORCE
.DEFAULT_GOAL := all

all:
FORCE:

# These goals need no compiler; with only them on the command line none is searched. Of lint's checks only
# lint-calls needs one: it looks at objects.
no_compiler := help clean distclean setup doctor format nmi lint-%
need_compiler := $(if $(MAKECMDGOALS),$(filter-out $(no_compiler),$(MAKECMDGOALS))$(filter lint-calls,$(MAKECMDGOALS)),all)

# $(call write_if_new,COMMAND): a recipe line that makes $@ what COMMAND prints, and leaves it
# alone when it is that already.
write_if_new = sh grade/tools/write-if-new $@ $(1)

# $(call remember,TEXT): a recipe line, after a +, that keeps TEXT in $@. What depends on such a file is
# made anew when the text changes: flags, lists of objects. It is done while the line is expanded, also
# under -n, so that `make -n` lists what would be made and not all that could be.
remember = $(shell $(call write_if_new,printf '%s\n' '$(subst ','\'',$(strip $(1)))'))

# $(call make_folders,FILES): a recipe line, after a +, that makes the folders of FILES, in one command.
make_folders = $(shell mkdir -p $(sort $(dir $(1))))

# $(call say,TEXT): show a line, unless V is 0 or 1.
say = $(if $(filter 0 1,$(V)),,$(info $(1)))

# $(call step,NAME,TEXT): for the recipe of one file of many: show TEXT once, when the step NAME comes to
# its eighth file. A step of fewer files takes less than a second.
step = $(eval step_$(1) += x)$(if $(filter 8,$(words $(step_$(1)))),$(call say,$(2)))

include boot/toolchain.mk
include boot/kernel.mk
include user/user.mk
include user/own.mk
include boot/run.mk
include grade/grade.mk

all: kernel programs $(O)/archive.cpio $(O)/tests.cpio $(O)/compile_commands.json
kernel: $(O)/quire.elf

# What `make setup` has fetched stays: musl, a Linux, the packages of the page.
clean:
	[ ! -d $(O) ] || find $(O) -mindepth 1 -maxdepth 1 ! -name musl ! -name linux ! -name node ! -name musl-unavailable \
		-exec rm -rf {} +

distclean:
	rm -rf $(O)

# A line of the form `## goal: text`, in any part, is a line of the help.
help:
	@awk '/^## [^:]*:/ { at = index($$0, ":"); text = substr($$0, at + 1); sub(/^ */, "", text); \
		printf "  %-28s %s\n", substr($$0, 4, at - 4), text }' $(filter-out %.d $(O)/%,$(MAKEFILE_LIST))

## all: the kernel, all programs and the archives (the default)
## kernel, programs: one of the two
## clean: remove what was built; distclean: also what `make setup` fetched into obj
## V=1: show the commands; V=0: show nothing
## O=DIR: build into DIR instead of obj
## DEBUG=1: build with checks (assertions, lock ranks, patterns in freed memory) into obj/debug
## STRETCH=1: build with a measure of how long the kernel runs (option stretch) into obj/stretch
## UBSAN=1: build with checks for undefined behaviour into obj/ubsan; also with DEBUG=1
## CC=... or CROSS=...: a compiler, or the prefix of one (i686-elf-)
## WERROR=1: warnings are errors (also when CI=true)
