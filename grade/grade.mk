# Setting up, tests, benchmarks, and what CI checks besides.

.PHONY: setup doctor grade bench picture oracle fuzz fuzz-uffd fuzz-syscalls stress-threads stress-uffd host-programs lint format covers tour

# In a student's tree: which lab it is of. In the project's own: what only staff needs.
-include grade/student.mk grade/staff.mk grade/site.mk

# A Python with pytest, found when a recipe needs it.
grade_python = $(shell PYTHON='$(PYTHON)' sh grade/tools/find-python)

# Tests and scripts find what was built, musl, and the Linux to boot, through these.
grade_env = QUIRE_OBJ=$(O) QUIRE_MUSL=$(base_O)/musl QUIRE_LINUX=$(base_O)/linux \
	PYTHONPYCACHEPREFIX=$(abspath $(base_O))/pycache

## setup: install the tools that are missing, or say which (apt, dnf, pacman, brew); ORACLE=1: also get a Linux for grade/oracle and grade/fuzz to boot; HANDOUTS=1: also pandoc and weasyprint; SITE=1: also node and the packages of the page
# `make setup qemu` sets up while make still reads its files; it need not do so again.
setup:
	@$(if $(MAKE_RESTARTS),true,sh grade/tools/setup $(base_O) '$(ORACLE)' '$(HANDOUTS)' '$(SITE)')

## doctor: the tools that there are and their versions, known faults of these versions, and a boot
doctor:
	@PYTHON='$(PYTHON)' QEMU='$(QEMU)' GDB='$(GDB)' sh grade/tools/doctor $(base_O)

# The CD is tested where this machine can make one.
grub_modules := $(wildcard /usr/lib/grub/i386-pc/multiboot.mod)

ifneq ($(and $(LAB),$(filter grade,$(MAKECMDGOALS))),)
ifeq ($(wildcard grade/lab$(LAB)/checks.py),)
$(error lab $(LAB) has no tests yet)
endif
endif

# CPU=NAME runs the programs of user/tests on that processor, QEMU's, too; UBSAN_TESTS=1 on the UBSAN kernel.
grade_env += $(if $(CPU),QUIRE_CPU=$(CPU)) $(if $(UBSAN_TESTS),QUIRE_UBSAN=1)

# What a run of the tests needs; GRADE_NEEDS= says less where the rest is known to be built.
GRADE_NEEDS = all $(base_O)/debug/quire.elf $(if $(needs_stretch),$(base_O)/stretch/quire.elf) \
	$(if $(grub_modules),$(if $(needs_cd),$(O)/quire.iso))

# With T= the CD and the kernel of STRETCH=1 are left as they are, and the tests with them are skipped, unless T= names
# such tests.
needs_stretch := $(if $(T),$(findstring stretch,$(T))$(findstring fuzz,$(T)),yes)
needs_cd := $(if $(T),$(findstring cd,$(T))$(findstring console,$(T)),yes)
grade_env += QUIRE_WITHOUT='$(if $(needs_stretch),,stretch) $(if $(needs_cd),,cd)'

## grade: run the tests; T=NAME for those with NAME in their name; SELF=1: those of the grader too; CPU=NAME to run user/tests on that processor too; UBSAN_TESTS=1: on the UBSAN kernel too
## grade LAB=N: grade a lab: points, and for each failed test what to look at; also T=NAME SEED=NUMBER J=MACHINES JSON=FILE HIDDEN=FOLDER; WAIT=1: one test, which waits for `make gdb`
# The kernel's own tests run in the debug build, user/tests in both. A lab needs one kernel only; the debug kernel, where
# it has been built before, says more of tests that fail.
ifneq ($(LAB),)
grade: $(O)/quire.elf $(O)/archive.cpio $(tests) $(wildcard $(base_O)/debug/quire.elf)
	$(grade_env) grade/lab $(LAB) $(if $(T),--test '$(T)') $(if $(SEED),--seed $(SEED)) $(if $(J),--jobs $(J)) \
		$(if $(JSON),--json '$(JSON)') $(if $(WAIT),--wait) $(if $(HIDDEN),--hidden '$(HIDDEN)')
else
grade: $(GRADE_NEEDS)
	@$(grade_env) grade/gate '$(T)'
	@$(grade_env) $(or $(grade_python),false) -m pytest -p no:cacheprovider -n auto \
		$(if $(T),-k '$(T)') $(if $(SELF),,--ignore=grade/self) grade $(PYTEST_FLAGS)
endif

## bench: instructions per operation, beside other kernels' figures; plots in obj/bench
bench: all
	$(grade_env) grade/bench

## picture: physical memory and address spaces of a running machine, as obj/picture.svg
picture: all
	$(grade_env) grade/picture

## covers: F=FUNCTION: the tests that enter it; T=TEST: the functions that the test enters
covers: all $(base_O)/debug/quire.elf
	$(grade_env) grade/covers $(if $(F),--function $(F)) $(if $(T),--test $(T))

## tour: six paths through the kernel, function by function
tour: all
	$(grade_env) grade/tour

## oracle: run user/tests on Linux (this machine's, or one in QEMU) and show what differs from the record
oracle: $(O)/archive.cpio $(O)/tests.cpio
	$(grade_env) grade/oracle

## fuzz: random operations on memory, on Quire and on Linux (as oracle); N=HOW MANY SEED=NUMBER
fuzz: all
	$(grade_env) grade/fuzz $(if $(N),-n $(N)) $(if $(SEED),--seed $(SEED)) $(FUZZ_FLAGS)

## fuzz-uffd: random operations with a userfaultfd, on Quire and on Linux (as oracle); N=HOW MANY SEED=NUMBER
fuzz-uffd: all
	$(grade_env) grade/fuzz-uffd $(if $(N),-n $(N)) $(if $(SEED),--seed $(SEED)) $(FUZZ_FLAGS)

## fuzz-syscalls: random system calls in several hostile processes; N=HOW MANY SEED=NUMBER
fuzz-syscalls: all
	$(grade_env) grade/fuzz-syscalls $(if $(N),-n $(N)) $(if $(SEED),--seed $(SEED)) $(FUZZ_FLAGS)

## stress-threads: groups of threads do at random what threads can do to each other; S=GUEST SECONDS SEED=NUMBER
## stress-uffd: threads fault while mappings change, others handle the faults; S=GUEST SECONDS SEED=NUMBER
stress-threads stress-uffd: $(O)/archive.cpio $(O)/tests.cpio $(base_O)/debug/quire.elf
	$(grade_env) grade/run --audit --kernel $(base_O)/debug/quire.elf --append deaths=off --timeout $$((60 + 2 * $(or $(S),60))) \
		--guest /tests/$(subst -,_,$@) $(or $(S),60) $(or $(SEED),1)

# The programs of user/ also compile for the host, with its own C library, but for those of which a
# source has the line `// quire-only`.
HOST_CC ?= cc
host_src := $(filter-out user/tests/%,$(single_src) $(folder_src))
quire_only := $(shell grep -lx '// quire-only' $(host_src))
host_single := $(patsubst user/%.c,%,$(filter-out user/tests/% $(quire_only),$(single_src)))
host_folders := $(patsubst user/%,%,$(filter-out user/tests/% $(patsubst %/,%,$(dir $(quire_only))),$(folders)))
host_programs := $(addprefix $(O)/host/,$(host_single) $(host_folders))
host_compile = $(HOST_CC) -std=gnu11 -O1 -Wall -Wextra $(werror) -D_GNU_SOURCE
host_cc = $(host_compile) -o $@ $(filter %.c,$^)

$(O)/host/flags: FORCE
	+$(call remember,$(host_compile))

$(host_single:%=$(O)/host/%): $(O)/host/%: user/%.c $(O)/host/flags
	$(call step,host,$(O)/host: compiling ($(words $(host_programs)) programs))
	@mkdir -p $(@D)
	$(host_cc)

.SECONDEXPANSION:
$(host_folders:%=$(O)/host/%): $(O)/host/%: $$(sort $$(wildcard user/$$*/*.[ch])) $(O)/host/flags
	$(call step,host,$(O)/host: compiling ($(words $(host_programs)) programs))
	@mkdir -p $(@D)
	$(host_cc)

## host-programs: the programs of user/, for this machine's system, in obj/host
host-programs: $(host_programs)

# Lint. Each check is a goal of its own, so that -j runs them side by side.
lint_c := $(sort $(wildcard boot/*.h inc/*.h inc/*/*.h kern/*.[ch] kern/*/*.[ch] kern/*/test/*.[ch] lib/*.[ch] \
	user/*.[ch] user/*/*.[ch] user/*/*/*.[ch] user/*/*/*/*.[ch] grade/tools/*.c))
lint_kernel := $(filter %.c,$(kernel_src))
lint_python := $(sort $(wildcard grade/*.py grade/*/*.py))
lint_checks := lint-format lint-sparse lint-cppcheck lint-includes lint-contracts lint-user-pointers lint-constants \
	lint-names lint-calls lint-scripts lint-python lint-lengths lint-labs
.PHONY: $(lint_checks)

# All checks are made, also after one that finds something.
ifneq ($(filter lint,$(MAKECMDGOALS)),)
MAKEFLAGS += --keep-going
endif

## lint: every check of the source that needs no machine
lint: $(lint_checks)

lint-format:
	$(call say,$@: $(words $(lint_c)) files)
	clang-format --dry-run -Werror $(lint_c)

## format: lay out all C files as lint-format wants them
format:
	clang-format -i $(lint_c)

# A user's pointer that is dereferenced, or passed where a kernel pointer belongs, is an error.
# sparse knows no -iquote.
lint-sparse:
	$(call say,$@: $(words $(lint_kernel)) files)
	printf '%s\n' $(lint_kernel) | xargs -n 1 -P 2 sparse -Wsparse-error \
		$(subst -iquote ,-I,$(KCFLAGS))

# comparePointers: the linker's symbols delimit one object, which cppcheck takes for two.
# OutOfMemory, OutOfResources: a program that ends there by a signal has said enough.
# normalCheckLevelMaxBranches: newer versions say that they stop looking somewhere.
cppcheck_suppressed := comparePointers missingInclude normalCheckLevelMaxBranches \
	nullPointerOutOfMemory nullPointerOutOfResources \
	ctunullpointerOutOfMemory ctunullpointerOutOfResources

lint-cppcheck:
	$(call say,$@: $(words $(lint_c)) files)
	@mkdir -p $(O)/cppcheck
	cppcheck -q -j 2 --cppcheck-build-dir=$(O)/cppcheck --error-exitcode=1 \
		--std=c11 --platform=unix32 --enable=warning,portability,performance \
		--inline-suppr $(cppcheck_suppressed:%=--suppress=%) \
		-D__i386__ -Ikern -Iinc -Iuser/tests $(filter %.c,$(lint_c))

lint-includes:
	$(PYTHON) grade/tools/check-includes.py

lint-contracts:
	$(PYTHON) grade/tools/check-contracts.py

# Members of a program's struct that are reached by `->`: the pointer may be misaligned.
lint-user-pointers:
	$(PYTHON) grade/tools/check-user-pointers.py

# Macros and enumerators that nothing uses, or that two files define.
lint-constants:
	$(PYTHON) grade/tools/check-constants.py

# Names in comments and pages that the tree does not have.
lint-names:
	$(PYTHON) grade/tools/check-names.py

# Calls upward, and circles of files, in the objects of the normal kernel.
lint-calls: $(O)/quire.elf
	$(PYTHON) grade/tools/check-calls.py $(TOBJDUMP) $(O)/kobj

# Files and functions that grew too long, and functions without a comment, are named; that alone fails
# nothing.
lint-lengths:
	$(PYTHON) grade/tools/check-lengths.py $(lint_c)

# Labs that name what the tree does not have.
lint-labs:
	$(grade_python) grade/tools/check-labs.py

# Names that Python files use and nothing defines, define twice, or never use.
lint-python:
	$(call say,$@: $(words $(lint_python)) files)
	$(grade_python) -m pyflakes $(lint_python)

lint-scripts:
	$(PYTHON) grade/tools/check-scripts.py $(lint_python)
