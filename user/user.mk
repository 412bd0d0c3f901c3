# The C library, the programs, and the archive that the kernel boots with.
#
# lib/*.c and lib/*.S      the library; crt0 stands before everything else
# user/NAME.c              a program, obj/user/NAME, /bin/NAME in the archive
# user/NAME/*.c            the same, from several files
# user/tests/NAME.c        a test, obj/user/tests/NAME, /tests/NAME in the archive
# user/tests/NAME/*.c      the same, from several files
# user/etc/*               files of /etc
#
# A program of user/ must also compile for other systems (make host-programs), unless it has a line
# `// quire-only` because it makes calls that only Quire has.

# A section for each function, of which the linker keeps what is used: small files make cheap execs.
sections := -ffunction-sections -fdata-sections
LCFLAGS += $(sections)
UCFLAGS += $(sections)

user_makefiles := Makefile boot/toolchain.mk user/user.mk

lib_src := $(sort $(wildcard lib/*.c lib/*.S))
lib_c_obj := $(patsubst %.c,$(O)/uobj/%.o,$(filter %.c,$(lib_src)))
lib_s_obj := $(patsubst %.S,$(O)/uobj/%.S.o,$(filter %.S,$(lib_src)))
lib_obj := $(lib_s_obj) $(lib_c_obj)
crt0 := $(filter %/crt0.S.o,$(lib_obj))
libc := $(O)/uobj/libc.a

single_src := $(sort $(wildcard user/*.c user/tests/*.c))
folder_names := $(filter-out tests etc,\
	$(sort $(patsubst user/%/,%,$(dir $(wildcard user/*/*.c)))))
test_folders := $(sort $(patsubst user/%/,%,$(dir $(wildcard user/tests/*/*.c))))
all_folders := $(folder_names) $(test_folders)
folder_src := $(foreach name,$(all_folders),$(sort $(wildcard user/$(name)/*.c)))

single_programs := $(single_src:%.c=$(O)/%)
folder_programs := $(all_folders:%=$(O)/user/%)
programs := $(single_programs) $(folder_programs)
user_obj := $(patsubst %.c,$(O)/uobj/%.o,$(single_src) $(folder_src))

programs: $(programs)

$(O)/uobj/flags: FORCE
	$(call remember,$(TCC) $(TCC_VERSION) $(UCFLAGS) $(TLD) $(common_ldflags))

$(O)/uobj/lib/objects: FORCE
	$(call remember,$(lib_obj))

$(lib_c_obj): $(O)/uobj/%.o: %.c $(O)/uobj/flags $(user_makefiles)
	@mkdir -p $(@D)
	$(TCC) $(LCFLAGS) -MMD -MP -c -o $@ $<

$(lib_s_obj): $(O)/uobj/%.S.o: %.S $(O)/uobj/flags $(user_makefiles)
	@mkdir -p $(@D)
	$(TCC) $(LCFLAGS) -MMD -MP -c -o $@ $<

$(user_obj): $(O)/uobj/%.o: %.c $(O)/uobj/flags $(user_makefiles)
	@mkdir -p $(@D)
	$(TCC) $(UCFLAGS) -MMD -MP -c -o $@ $<

$(libc): $(lib_obj) $(O)/uobj/lib/objects
	rm -f $@ && $(TAR) rcs $@ $(filter-out $(crt0),$(lib_obj))

program_parts := $(crt0) $(libc) user/program.ld
link_program = $(TLD) $(common_ldflags) --gc-sections -T user/program.ld $(crt0) $(filter-out $(crt0),$(filter %.o,$^)) $(libc) -o $@

$(single_programs): $(O)/%: $(O)/uobj/%.o $(program_parts)
	@mkdir -p $(@D)
	$(link_program)

# A program of several files is linked again when the list of its files changes. The second
# expansion of the prerequisites knows the program: $* is its name.
objects_of = $(patsubst %.c,$(O)/uobj/%.o,$(sort $(wildcard user/$(1)/*.c)))

.SECONDEXPANSION:
$(all_folders:%=$(O)/uobj/user/%/objects): $(O)/uobj/user/%/objects: FORCE
	$(call remember,$(call objects_of,$*))

$(folder_programs): $(O)/user/%: $$(call objects_of,$$*) $(O)/uobj/user/%/objects $(program_parts)
	@mkdir -p $(@D)
	$(link_program)

-include $(lib_obj:.o=.d) $(user_obj:.o=.d)

# The archive holds the programs without their debug information, files of /etc, and the
# directories that a running system needs.
archive_entries := dev/ proc/ run/ tmp/ bin/ tests/ etc/ \
	$(foreach file,$(sort $(wildcard user/etc/*)),etc/$(notdir $(file))=$(file)) \
	$(foreach program,$(programs:$(O)/user/%=%),$(patsubst bin/tests/%,tests/%,bin/$(program))=$(O)/stripped/$(program))

$(programs:$(O)/user/%=$(O)/stripped/%): $(O)/stripped/%: $(O)/user/%
	@mkdir -p $(@D)
	$(TSTRIP) -s -o $@ $<

$(O)/archive-entries: FORCE
	$(call remember,$(archive_entries))

$(O)/archive.cpio: $(programs:$(O)/user/%=$(O)/stripped/%) $(wildcard user/etc/*) \
		$(O)/archive-entries grade/tools/cpio.py user/user.mk
	$(PYTHON) grade/tools/cpio.py $@ $(archive_entries)

# For editors: clangd --compile-commands-dir=obj
$(O)/compile_commands.json: $(O)/kobj/flags $(O)/kobj/objects $(O)/uobj/flags $(O)/archive-entries \
		grade/tools/compile-commands.py
	$(PYTHON) grade/tools/compile-commands.py $@ $(TCC) \
		-- $(KCFLAGS) -- $(kernel_src) \
		-- $(LCFLAGS) -- $(filter-out $(LIB_SHARED),$(lib_src)) \
		-- $(UCFLAGS) -- $(single_src) $(folder_src)
