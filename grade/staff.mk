# What only the labs' staff needs. Students' trees do not have this file.

.PHONY: student mutants proof handouts inject stretch mistakes emptied real

## student: LAB=N OUT=DIR [FROM=TREE]: the tree that a student of lab N gets, with the student's code out of TREE
# The handouts have a picture, which a running machine draws.
student: all
	$(if $(and $(LAB),$(OUT)),,$(error make student LAB=N OUT=DIR [FROM=TREE]))
	$(grade_env) $(or $(grade_python),false) grade/student --lab '$(LAB)' --out '$(OUT)' $(if $(FROM),--from '$(FROM)')

## mutants: [LAB=N] [M=NAME] [J=JOBS]: try each wrong solution on the tests of its lab: a test of its exercise must fail; WRITE=1: record how, for diagnoses
mutants: kernel
	$(grade_env) $(or $(grade_python),false) grade/mutants $(if $(LAB),--lab '$(LAB)') $(if $(M),--mutant '$(M)') \
		$(if $(J),--jobs '$(J)') $(if $(WRITE),--write)

## proof: [LAB=N] [E=EXERCISE]: labs, trees and tests fit together (SAMPLE=TEXT: one lab, two of its exercises)
proof: all
	$(grade_env) $(or $(grade_python),false) grade/proof $(if $(LAB),--lab '$(LAB)') $(if $(E),--exercise '$(E)') \
		$(if $(SAMPLE),--sample '$(SAMPLE)') $(if $(J),--jobs '$(J)')

## handouts: the labs' handouts and the quick reference as HTML and PDF, in obj/handouts; STAFF=1: with answers
handouts: all
	$(grade_env) grade/handouts/render $(if $(STAFF),--staff)

## inject: let each allocation fail that the kernel makes for user/tests, one at a time
inject: all $(base_O)/debug/quire.elf
	$(grade_env) INJECT=all $(or $(grade_python),false) -m pytest -p no:cacheprovider -n auto \
		grade/system/test_inject.py $(PYTEST_FLAGS)

## stretch: look in all of user/tests for calls that let nobody else run for more than 1 ms; name the longest
stretch: all $(base_O)/stretch/quire.elf
	$(grade_env) STRETCH_TESTS=all $(or $(grade_python),false) -m pytest -p no:cacheprovider \
		-n auto -k test_program_stretch grade/system/test_programs.py $(PYTEST_FLAGS)

## mistakes: make each mistake of grade/mistakes, one at a time: the grader must name it; M=NAME for one (SAMPLE=TEXT: three of them)
mistakes: all $(base_O)/debug/quire.elf
	$(grade_env) grade/mistake $(M) $(if $(SAMPLE),--sample '$(SAMPLE)')

## emptied: let each function that labs teach do nothing, one at a time: a program must fail
emptied: all
	$(grade_env) EMPTIED=all $(or $(grade_python),false) -m pytest -p no:cacheprovider -n auto \
		grade/self/test_emptied.py $(PYTEST_FLAGS)

## real: [T=NAME]: Debian's i386 programs, as they come out of their packages, on Quire and on Linux (as oracle)
real: kernel
	$(grade_env) $(or $(grade_python),false) grade/real $(if $(T),--test '$(T)')
