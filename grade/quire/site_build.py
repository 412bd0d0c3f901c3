"""The page in which Quire runs, as a folder that any web server can serve."""
import argparse
import gzip
import os
import shutil
import subprocess
import sys

from quire import build, site_layout

SOURCES = (".css", ".html", ".js", ".mjs")
VENDOR = {  # files of packages, under names that every web server knows the type of
    "v86/build/libv86.mjs": "libv86.js",
    "v86/build/v86.wasm": "v86.wasm",
    "v86/LICENSE": "v86-LICENSE.txt",
    "@xterm/xterm/lib/xterm.mjs": "xterm.js",
    "@xterm/xterm/css/xterm.css": "xterm.css",
    "@xterm/xterm/LICENSE": "xterm-LICENSE.txt",
    "@xterm/addon-fit/lib/addon-fit.mjs": "addon-fit.js",
}
MAP = b"\n//# sourceMappingURL="  # a file that is left out
LIMIT = 1_500_000  # bytes, compressed


def assemble(modules, out):
    """Make the folder `out` anew."""
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(os.path.join(out, "vendor"))
    for name in sorted(os.listdir(build.source("grade/site"))):
        if name.endswith(SOURCES):
            shutil.copy(build.source("grade/site", name), out)
    for path, name in VENDOR.items():
        with open(os.path.join(modules, path), "rb") as file:
            content = file.read()
        with open(os.path.join(out, "vendor", name), "wb") as file:
            file.write(content.partition(MAP)[0] if name.endswith(".js") else content)
    kernel = os.path.join(out, "quire.elf")
    subprocess.run([os.environ.get("STRIP") or "strip", "-s", "-o", kernel, build.path("quire.elf")], check=True)
    shutil.copy(build.path("archive.cpio"), out)
    with open(os.path.join(out, "package.json"), "w", encoding="utf-8") as file:
        file.write('{"type": "module"}\n')  # for node
    site_layout.write(build.path("quire.elf"), os.path.join(out, "layout.json"))


def sizes(out):
    """{path: (bytes, bytes compressed)} of what a browser loads."""
    found = {}
    for folder, _, names in os.walk(out):
        for name in names:
            path = os.path.join(folder, name)
            if not name.endswith((".mjs", ".txt")):
                with open(path, "rb") as file:
                    content = file.read()
                found[os.path.relpath(path, out)] = len(content), len(gzip.compress(content, 9))
    return found


def main():
    parser = argparse.ArgumentParser(prog="grade/site/build", description=__doc__)
    parser.add_argument("--modules", required=True, metavar="DIR", help="node_modules, from `make setup SITE=1`")
    parser.add_argument("--out", required=True, metavar="DIR", help="the folder")
    options = parser.parse_args()
    assemble(options.modules, options.out)
    found = sizes(options.out)
    raw, packed = (sum(size[i] for size in found.values()) for i in (0, 1))
    print(f"{options.out}: {raw / 1e6:.2f} MB, {packed / 1e6:.2f} MB compressed")
    if packed > LIMIT:
        for name, size in sorted(found.items(), key=lambda item: -item[1][1]):
            print(f"  {size[1]:9,} {name}")
        sys.exit(f"the page may have {LIMIT / 1e6} MB")
