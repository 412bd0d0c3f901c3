"""`make handin`: packs the files of a student's tree that count, and warns of what does not.

The files of all exercises of this lab and of the earlier ones count. Everything else is the
reference's when the lab is graded, so a change there is lost: it is named.
"""
import re
import subprocess
import sys
import tarfile

from quire import build, lab_toml, source


def counted(labs):
    """The files that count."""
    return sorted({name for lab in labs for exercise in lab.exercises for name in exercise.files})


def changed(root):
    """The names of the files that differ from the tree as it was handed out, or are new."""
    def git(*words):
        return subprocess.run(["git", "-C", root, *words], check=True, capture_output=True, text=True).stdout
    first = git("rev-list", "--max-parents=0", "HEAD").split()[-1]
    names = git("diff", "--name-only", "-z", first) + git("ls-files", "-z", "--others", "--exclude-standard")
    return sorted(name for name in set(names.split("\0")) if name)


def unwritten(root, lab):
    """The functions of the lab that are still stubs."""
    found = []
    for exercise in lab.exercises:
        for name in exercise.files:
            lines = (root / name).read_text(encoding="utf-8").splitlines()
            for function in source.functions(root / name):
                body = "\n".join(lines[function.first : function.end])
                if function.name in exercise.functions and re.search(r"\bnot_written\(__func__,", body):
                    found.append(f"{function.name} (exercise {exercise.id})")
    return found


def main():
    """The command `grade/handin LAB`."""
    root = lab_toml.Path(build.source())
    number = int(sys.argv[1])
    labs = [lab_toml.read(each, root) for each in lab_toml.numbers(root) if each <= number]
    files = counted(labs)
    missing = [name for name in files if not (root / name).is_file()]
    if missing:
        print(f"handin: there is no {missing[0]}", file=sys.stderr)
        return 1
    archive = f"handin-lab{number}.tar.gz"
    with tarfile.open(root / archive, "w:gz") as tar:
        for name in files:
            tar.add(root / name, name)
    for name in changed(root):
        if name not in files:
            print(f"handin: you changed {name}; it does not count and is not packed")
    for name in unwritten(root, labs[-1]):
        print(f"handin: {name} is not written yet")
    print(f"handin: {archive} has your {len(files)} files: {', '.join(files)}")
    return 0
