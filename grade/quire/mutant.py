"""The mutants of a lab: wrong solutions, as patches that name functions (patches.py).

They are the patches of grade/labN/mutants, and the mistakes of grade/mistakes in functions that the
lab names. A patch has the fields `exercise` (2.4; a mistake may name the function instead) and
`diagnosis`, one sentence.
"""
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from quire import build, lab_signatures, lab_toml, patches

FOLDERS = ("grade/lab{}/mutants", "grade/mistakes")


class MutantError(Exception):
    """A patch is not of a form that can be tried; the message begins with its path."""


@dataclass
class Mutant:
    """A patch with its exercise ("2.4") and its diagnosis."""

    patch: patches.Patch
    exercise: str
    diagnosis: str

    @property
    def name(self):
        """What it is called."""
        return self.patch.name

    @property
    def files(self):
        """{path: names of the functions that it changes}"""
        changed = {}
        for hunk in self.patch.hunks:
            changed.setdefault(hunk.file, []).append(hunk.function)
        return changed


def mutants_of(lab, root=None):
    """The lab's Mutants. Raises MutantError, PatchError."""
    root = Path(root or build.source())
    owner = {name: exercise.id for exercise in lab.exercises for name in exercise.functions}
    found = []
    for folder in FOLDERS:
        for path in sorted(root.glob(folder.format(lab.number) + "/*.patch")):
            patch = patches.read(path)
            given = patch.fields.get("exercise", "")
            exercise = owner.get(given, given)  # a mistake names the function
            known = exercise in owner.values()
            if "{}" in folder and not known:
                raise MutantError(f"{path}: exercise {given or '(none)'} is none of lab {lab.number}")
            if not known:
                continue
            if not patch.fields.get("diagnosis"):
                raise MutantError(f"{path}: there is no diagnosis")
            found.append(Mutant(patch, exercise, patch.fields["diagnosis"]))
    names = [mutant.name for mutant in found]
    for name in names:
        if names.count(name) > 1:
            raise MutantError(f"grade/lab{lab.number}/mutants/{name}.patch: there are two mutants of this name")
    return found


def wrong_records(lab, mutants, root):
    """Yield what the lab's record of diagnoses says of mutants and tests that there are not."""
    known = {mutant.name: (mutant.exercise, mutant.diagnosis) for mutant in mutants}
    tests = {test.name for test in lab.tests}
    path = lab_signatures.path_of(lab.number, root).relative_to(root)
    for entry in lab_signatures.table(lab.number, root):
        if known.get(entry["name"]) != (entry["exercise"], entry["diagnosis"]):
            yield f"{path}: {entry['name']}: there is no such mutant, or its exercise or diagnosis is another"
        for name in sorted(set(entry["failures"]) - tests):
            yield f"{path}: {entry['name']}: lab {lab.number} has no test {name}"


def misfits(root=None):
    """Yield what is wrong with the labs' mutants: those that cannot be read or do not fit the
    source any more.
    """
    root = Path(root or build.source())
    for lab in lab_toml.labs(root):
        try:
            mutants = mutants_of(lab, root)
        except (MutantError, patches.PatchError) as error:
            yield str(error)
            continue
        yield from wrong_records(lab, mutants, root)
        for mutant in mutants:
            with tempfile.TemporaryDirectory(prefix="quire-lint-") as folder:
                for name in mutant.files:
                    if (root / name).is_file():
                        Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
                        shutil.copyfile(root / name, Path(folder, name))
                try:
                    patches.apply(mutant.patch, folder)
                except patches.PatchError as error:
                    yield str(error)
