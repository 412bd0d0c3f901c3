# make: dependencies, patterns, parallel jobs, errors.
printf 'all: a b c\n%%: %%.in\n\tcp $< $@\n\nclean:\n\trm -f a b c\n.PHONY: all clean\n' > Makefile
touch -d '2020-01-01' a.in b.in c.in; make -j3 | sort; make; touch -d '2020-01-02' a; touch -d '2021-01-01' b.in; touch -d '2022-01-01' c; make; make clean; make -n; make nosuch; echo "status $?"
printf 'x:\n\t@echo $(words one two) $(patsubst %%.c,%%.o,a.c b.c) $(shell echo shell) $@\n\t@false\ny:\n\t-false\n\t@echo went on\n' > m.mk; make -f m.mk x; echo "status $?"; make -f m.mk y; echo "status $?"
printf 'a: ; @$(MAKE) -f sub.mk -j2 b c\n' > top.mk; printf 'b c: ; @echo $@\n' > sub.mk; make -s --no-print-directory -f top.mk | sort
