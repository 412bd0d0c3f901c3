# The kernel: boot/*.S, kern/ two levels deep, and the files that it shares with the library.
# The same rules build it three times: $(O)/quire.elf, with checks $(base_O)/debug/quire.elf, and with
# a measure $(base_O)/stretch/quire.elf.

# The part of lib/ that the kernel links too, compiled with the kernel's flags.
LIB_SHARED := lib/string.c lib/format.c lib/div64.c lib/strtol.c

kernel_src := $(sort $(wildcard boot/*.S kern/*.c kern/*.S kern/*/*.c kern/*/*.S \
	$(LIB_SHARED)))
kernel_makefiles := Makefile boot/toolchain.mk boot/kernel.mk

# Checks for undefined behaviour, whose calls kern/debug/ubsan.c takes. They need room on the stack,
# more of it than frames have a limit for. A user's pointer may be any number, also one that wraps.
ifeq ($(UBSAN),1)
KCFLAGS += -DUBSAN -fsanitize=undefined -fno-sanitize=pointer-overflow \
	-Wno-frame-larger-than
%/kobj/kern/debug/ubsan.o: KCFLAGS += -fno-sanitize=undefined
else
kernel_src := $(filter-out kern/debug/ubsan.c,$(kernel_src))
endif

# What only one of the builds has.
stretch_src := kern/thread/stretch.c
kernel_src := $(filter-out $(stretch_src),$(kernel_src))

# How long the kernel lets nobody else run (kern/thread/stretch.h).
$(base_O)/stretch/kobj/%: KCFLAGS += -DSTRETCH

# Lock ranks, poison, assertions.
# What a function does not set holds a pattern, too, so that none of it is taken for a value, nor copied
# to a program unnoticed (user/tests/evil_uninitialised).
$(base_O)/debug/kobj/%: KCFLAGS += -DDEBUG -ftrivial-auto-var-init=pattern

# Here the stack guard is for functions with arrays only, of which there are none: the others would
# pay 5 instructions of the 200 that the write of a byte may cost.
%/kobj/kern/sys/files.o: KCFLAGS += -fstack-protector

define compile_kernel
@mkdir -p $(@D)
$(TCC) $(KCFLAGS) -MMD -MP -c -o $@ $<
endef

link_kernel = $(TLD) $(common_ldflags) -T boot/kernel.ld $(filter %.o,$^) -o $@

# The kernel carries a table of its own functions, so that a backtrace has names. It is linked
# twice: first with an empty table, then with the one made from the first link. The table lies
# behind all code, so it moves no function; the last command of a build checks that.
make_ksyms = $(PYTHON) grade/tools/ksyms.py

# $(call kernel_rules,DIRECTORY,OBJECTS)
define kernel_rules
$(1)/kobj/flags: FORCE
	$$(call remember,$$(TCC) $$(TCC_VERSION) $$(KCFLAGS) $$(TLD) $$(common_ldflags))

$(1)/kobj/objects: FORCE
	$$(call remember,$(2))

$(filter-out %.S.o,$(2)): $(1)/kobj/%.o: %.c $(1)/kobj/flags $(kernel_makefiles)
	$$(compile_kernel)

$(filter %.S.o,$(2)): $(1)/kobj/%.S.o: %.S $(1)/kobj/flags $(kernel_makefiles)
	$$(compile_kernel)

$(1)/kobj/ksyms0.o $(1)/kobj/ksyms.o: %.o: %.S $(1)/kobj/flags $(kernel_makefiles)
	$$(compile_kernel)

$(1)/kobj/ksyms0.S: grade/tools/ksyms.py
	@mkdir -p $$(@D)
	$$(make_ksyms) < /dev/null > $$@

$(1)/kobj/pass1.elf: $(2) $(1)/kobj/ksyms0.o boot/kernel.ld $(1)/kobj/objects
	$$(link_kernel)

$(1)/kobj/ksyms.S: $(1)/kobj/pass1.elf grade/tools/ksyms.py
	$$(TNM) $$< > $$@.nm && $$(make_ksyms) < $$@.nm > $$@

$(1)/quire.elf: $(2) $(1)/kobj/ksyms.o boot/kernel.ld
	$$(link_kernel)
	$$(TNM) $$@ | $$(make_ksyms) | cmp - $(1)/kobj/ksyms.S

-include $(2:.o=.d)
endef

# From x.c comes x.o, from x.S x.S.o.
kernel_objects = $(patsubst %,$(1)/kobj/%.o,$(patsubst %.c,%,$(kernel_src) \
	$(if $(filter $(base_O)/stretch,$(1)),$(stretch_src))))
$(foreach directory,$(sort $(O) $(base_O)/debug $(base_O)/stretch),$(eval $(call kernel_rules,\
	$(directory),$(call kernel_objects,$(directory)))))
