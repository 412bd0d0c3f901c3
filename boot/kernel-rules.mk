# Rules that make one kernel, $(K)/quire.elf, with its objects in $(K)/kobj. kernel.mk includes this file
# once for each kernel, with K set, and extra_src set to the sources that only this kernel has. Recipes
# run after all makefiles have been read, when K has its last value: so no recipe names $(K).

# From x.c comes x.o, from x.S x.S.o.
kernel_obj := $(patsubst %,$(K)/kobj/%.o,$(patsubst %.c,%,$(kernel_src) $(extra_src)))

# Objects depend on this file, and on no makefile: so they are made anew when their command changes, and not
# with every change of a makefile.
$(K)/kobj/flags: objects := $(kernel_obj)
$(K)/kobj/flags: FORCE
	+$(call make_folders,$(objects))
	+$(call remember,$(compile_kernel) $(TCC_VERSION) $(TLD) $(common_ldflags))

objects_of_$(K) := $(words $(kernel_obj))

# The list of objects, so that the kernel is linked again when a file is gone.
$(K)/kobj/objects: objects := $(kernel_obj)
$(K)/kobj/objects: FORCE
	+$(call remember,$(objects))

$(filter-out %.S.o,$(kernel_obj)): $(K)/kobj/%.o: %.c $(K)/kobj/flags
	$(compiling_kernel)
	$(compile_kernel) -o $@ $<

$(filter %.S.o,$(kernel_obj)): $(K)/kobj/%.S.o: %.S $(K)/kobj/flags
	$(compiling_kernel)
	$(compile_kernel) -o $@ $<

# The kernel carries tables of its own functions and lines, so that a backtrace has both. It is linked
# twice: first with empty tables, then with the tables made from the first link. The tables lie after
# all code, so they move no function; the last command of a build checks that.
$(K)/kobj/ksyms0.S: grade/tools/ksyms.py $(K)/kobj/flags
	$(PYTHON) grade/tools/ksyms.py < /dev/null > $@

$(K)/kobj/klines0.S: grade/tools/klines.py $(K)/kobj/flags
	$(PYTHON) grade/tools/klines.py > $@

$(K)/kobj/pass1.nm: $(kernel_obj) $(K)/kobj/ksyms0.o $(K)/kobj/klines0.o boot/kernel.ld $(K)/kobj/objects
	$(link_kernel) -o $(@:.nm=.elf)
	$(TNM) $(@:.nm=.elf) > $@

$(K)/kobj/ksyms.S: $(K)/kobj/pass1.nm grade/tools/ksyms.py
	$(PYTHON) grade/tools/ksyms.py < $< > $@

$(K)/kobj/klines.S: $(K)/kobj/pass1.nm grade/tools/klines.py
	$(PYTHON) grade/tools/klines.py $(@D)/pass1.elf > $@

$(K)/kobj/ksyms0.o $(K)/kobj/ksyms.o $(K)/kobj/klines0.o $(K)/kobj/klines.o: %.o: %.S $(K)/kobj/flags
	$(compile_kernel) -o $@ $<

$(K)/quire.elf: $(kernel_obj) $(K)/kobj/ksyms.o $(K)/kobj/klines.o boot/kernel.ld
	$(link_kernel) -o $@
	$(TNM) $@ | $(PYTHON) grade/tools/ksyms.py | cmp - $(@D)/kobj/ksyms.S

-include $(kernel_obj:.o=.d)
