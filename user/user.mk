# The C library, the programs, and the archives that the kernel boots with.
#
# lib/*.c and lib/*.S      the library; crt0 stands before everything else
# user/NAME.c                  a program, obj/user/NAME, /bin/NAME in the archive
# user/NAME/*.c                a program of several files, one of which is main.c
# user/tests/TOPIC/NAME.c      a test, obj/user/tests/NAME, /tests/NAME in the machine
# user/tests/TOPIC/NAME/*.c    a test of several files, one of which is main.c
# user/etc/*                   files of /etc
#
# A program of user/ must also compile for other systems (make host-programs), unless it has a line
# `// quire-only` because it makes calls that only Quire has.

# A section for each function, of which the linker keeps what is used: small files make cheap execs.
sections := -ffunction-sections -fdata-sections
LCFLAGS += $(sections)
UCFLAGS += $(sections) -iquote user/tests

compile_library = $(TCC) $(LCFLAGS) -MMD -MP -c
compile_program = $(TCC) $(UCFLAGS) -MMD -MP -c

lib_src := $(sort $(wildcard lib/*.c lib/*.S))
lib_c_obj := $(patsubst %.c,$(O)/uobj/%.o,$(filter %.c,$(lib_src)))
lib_s_obj := $(patsubst %.S,$(O)/uobj/%.S.o,$(filter %.S,$(lib_src)))
lib_obj := $(lib_s_obj) $(lib_c_obj)
crt0 := $(filter %/crt0.S.o,$(lib_obj))
libc := $(O)/uobj/libc.a

# A folder that has a main.c is a program.
folders := $(sort $(patsubst %/main.c,%,$(wildcard user/*/main.c user/tests/*/*/main.c)))
folder_src := $(foreach folder,$(folders),$(sort $(wildcard $(folder)/*.c)))
single_src := $(sort $(wildcard user/*.c user/tests/*/*.c))

# $(call programs_from,SOURCES): the programs of these files or folders. A test's topic is no part of
# its name.
programs_from = $(foreach name,$(basename $(1)),$(O)/$(if $(filter user/tests/%,$(name)),user/tests,user)/$(notdir $(name)))

single_programs := $(call programs_from,$(single_src))
folder_programs := $(call programs_from,$(folders))
programs := $(single_programs) $(folder_programs)
ifneq ($(words $(programs)),$(words $(sort $(programs))))
$(error two programs have one name: $(strip $(foreach program,$(sort $(programs)),\
	$(if $(word 2,$(filter $(program),$(programs))),$(notdir $(program))))))
endif
user_obj := $(patsubst %.c,$(O)/uobj/%.o,$(single_src) $(folder_src))

# `make cc` and `make run` build only a part of this.
some := $(if $(filter-out cc run,$(or $(MAKECMDGOALS),all)),,a part of )
compiling_programs = $(call step,programs,$(O)/user: compiling ($(some)$(words $(lib_obj) $(user_obj)) files))

programs: $(programs)

$(O)/uobj/flags: FORCE
	+$(call make_folders,$(lib_obj) $(user_obj) $(programs))
	+$(call remember,$(compile_library) $(compile_program) $(TCC_VERSION) $(TLD) $(common_ldflags))

$(O)/uobj/lib/objects: FORCE
	+$(call remember,$(lib_obj))

$(lib_c_obj): $(O)/uobj/%.o: %.c $(O)/uobj/flags
	$(compiling_programs)
	$(compile_library) -o $@ $<

$(lib_s_obj): $(O)/uobj/%.S.o: %.S $(O)/uobj/flags
	$(compiling_programs)
	$(compile_library) -o $@ $<

$(user_obj): $(O)/uobj/%.o: %.c $(O)/uobj/flags
	$(compiling_programs)
	$(compile_program) -o $@ $<

$(libc): $(lib_obj) $(O)/uobj/lib/objects
	rm -f $@ && $(TAR) rcs $@ $(filter-out $(crt0),$(lib_obj))

program_parts := $(crt0) $(libc) user/program.ld
link_program = $(TLD) $(common_ldflags) --gc-sections -T user/program.ld $(crt0) $(filter-out $(crt0),$(filter %.o,$^)) $(libc) -o $@

# $(call of_program,PROGRAM,CANDIDATES): the files or folders among CANDIDATES that are a program, which
# is named as below $(O)/user: "ls", "tests/brk".
of_program = $(filter %/$(notdir $(1)) %/$(notdir $(1)).c,$(if $(filter tests/%,$(1)),\
	$(filter user/tests/%,$(2)),$(filter-out user/tests/%,$(2))))
objects_of = $(patsubst %.c,$(O)/uobj/%.o,$(1))
objects_of_folder = $(call objects_of,$(filter $(1)/%,$(folder_src)))
folder_parts = $(call objects_of_folder,$(1)) $(O)/uobj/$(1)/objects

# The second expansion of the prerequisites knows the program: $* is its name.
.SECONDEXPANSION:
$(single_programs): $(O)/user/%: $$(call objects_of,$$(call of_program,$$*,$(single_src))) $(program_parts)
	$(call step,link,$(O)/user: linking ($(some)$(words $(programs)) programs))
	$(link_program)

# A program of several files is linked again when the list of its files changes.
$(folders:%=$(O)/uobj/%/objects): $(O)/uobj/%/objects: FORCE
	+$(call remember,$(call objects_of_folder,$*))

$(folder_programs): $(O)/user/%: $$(call folder_parts,$$(call of_program,$$*,$(folders))) $(program_parts)
	$(call step,link,$(O)/user: linking ($(some)$(words $(programs)) programs))
	$(link_program)

-include $(lib_obj:.o=.d) $(user_obj:.o=.d)

# The archive holds the shell and its tools without their debug information, files of /etc, and the
# directories that a running system needs.
tests := $(filter $(O)/user/tests/%,$(programs))
tools := $(filter-out $(tests),$(programs))
archive_entries := dev/ dev/shm/=1777 proc/ run/ tmp/ bin/ etc/ \
	$(foreach file,$(sort $(wildcard user/etc/*)),etc/$(notdir $(file))=$(file)) \
	$(foreach tool,$(sort $(tools)),bin/$(notdir $(tool))=$(tool))
tests_entries := $(foreach test,$(sort $(tests)),tests/$(notdir $(test))=$(test))

$(O)/archive-entries: FORCE
	+$(call remember,$(archive_entries) $(tests_entries))

$(O)/archive.cpio: $(tools) $(wildcard user/etc/*) $(O)/archive-entries grade/tools/cpio.py
	$(PYTHON) grade/tools/cpio.py --strip $@ $(archive_entries)

# The tests are most of the programs and take five times the memory of the others. So they are a second archive, which
# few machines get: `make qemu TESTS=1`, `grade/run --tests`. A machine that runs one test gets only this one.
$(O)/tests.cpio: $(tests) $(O)/archive-entries grade/tools/cpio.py
	$(PYTHON) grade/tools/cpio.py --strip $@ $(tests_entries)

# $(call archive_of,TEST): the archive with this test alone.
archive_of = $(O)/uobj/tests/$(notdir $(1)).cpio

$(foreach test,$(tests),$(call archive_of,$(test))): $(O)/uobj/tests/%.cpio: $(O)/user/tests/% grade/tools/cpio.py
	@mkdir -p $(@D)
	$(PYTHON) grade/tools/cpio.py --strip $@ tests/$*=$<

# For editors: clangd --compile-commands-dir=obj
$(O)/compile_commands.json: $(O)/kobj/flags $(O)/kobj/objects $(O)/uobj/flags $(O)/archive-entries \
		grade/tools/compile-commands.py
	$(PYTHON) grade/tools/compile-commands.py $@ $(TCC) \
		-- $(KCFLAGS) -- $(kernel_src) \
		-- $(LCFLAGS) -- $(filter-out $(LIB_SHARED),$(lib_src)) \
		-- $(UCFLAGS) -- $(single_src) $(folder_src)
