# The kernel: boot/*.S, kern/ two levels deep, and the files that it shares with the library.

# The part of lib/ that the kernel links too, compiled with the kernel's flags.
LIB_SHARED := lib/string.c lib/format.c lib/div64.c lib/strtol.c

kernel_src := $(sort $(wildcard boot/*.S kern/*.c kern/*.S kern/*/*.c kern/*/*.S \
	$(LIB_SHARED)))
kernel_c_obj := $(patsubst %.c,$(O)/kobj/%.o,$(filter %.c,$(kernel_src)))
kernel_s_obj := $(patsubst %.S,$(O)/kobj/%.S.o,$(filter %.S,$(kernel_src)))
kernel_obj := $(kernel_s_obj) $(kernel_c_obj)
kernel_makefiles := Makefile boot/toolchain.mk boot/kernel.mk

$(O)/kobj/flags: FORCE
	$(call remember,$(TCC) $(TCC_VERSION) $(KCFLAGS) $(TLD) $(common_ldflags))

$(O)/kobj/objects: FORCE
	$(call remember,$(kernel_obj))

$(kernel_c_obj): $(O)/kobj/%.o: %.c $(O)/kobj/flags $(kernel_makefiles)
	@mkdir -p $(@D)
	$(Q)$(TCC) $(KCFLAGS) -MMD -MP -c -o $@ $<

$(kernel_s_obj): $(O)/kobj/%.S.o: %.S $(O)/kobj/flags $(kernel_makefiles)
	@mkdir -p $(@D)
	$(Q)$(TCC) $(KCFLAGS) -MMD -MP -c -o $@ $<

# The kernel carries a table of its own functions, so that a backtrace has names. It is linked
# twice: first with an empty table, then with the one made from the first link. The table lies
# behind all code, so it moves no function; the last command checks that.
link_kernel = $(TLD) $(common_ldflags) -T boot/kernel.ld $(kernel_obj)

$(O)/kobj/ksyms0.S: grade/tools/ksyms.py
	@mkdir -p $(@D)
	$(Q)$(PYTHON) $< < /dev/null > $@

$(O)/kobj/pass1.elf: $(kernel_obj) $(O)/kobj/ksyms0.o boot/kernel.ld $(O)/kobj/objects
	$(Q)$(link_kernel) $(O)/kobj/ksyms0.o -o $@

$(O)/kobj/ksyms.S: $(O)/kobj/pass1.elf grade/tools/ksyms.py
	$(Q)$(TNM) $< > $@.nm && $(PYTHON) grade/tools/ksyms.py < $@.nm > $@

$(O)/kobj/ksyms0.o $(O)/kobj/ksyms.o: %.o: %.S $(O)/kobj/flags $(kernel_makefiles)
	$(Q)$(TCC) $(KCFLAGS) -c -o $@ $<

$(O)/quire.elf: $(O)/kobj/ksyms.o $(O)/kobj/pass1.elf
	$(Q)$(link_kernel) $(O)/kobj/ksyms.o -o $@
	$(Q)$(TNM) $@ | $(PYTHON) grade/tools/ksyms.py | cmp - $(O)/kobj/ksyms.S

-include $(kernel_obj:.o=.d)
