"""The reader of debug information finds what pyelftools finds."""
import itertools

import pytest
from elftools.elf.elffile import ELFFile

from quire import build, dwarf

UNITS = 12
KERNEL = build.path("quire.elf")


@pytest.fixture(name="elf", scope="module")
def elf_of_the_kernel():
    with open(KERNEL, "rb") as file:
        yield ELFFile(file)


@pytest.fixture(name="sections", scope="module")
def sections_of_the_kernel(elf):
    return {section.name: section.data() for section in elf.iter_sections()}


def theirs(entry):
    """(offset, tag, attributes) of each entry from `entry` on, as pyelftools has them."""
    yield entry.offset, entry.tag, {
        name: attribute.raw_value for name, attribute in entry.attributes.items() if isinstance(attribute.raw_value, int)}
    for child in entry.iter_children():
        yield from theirs(child)


def ours(unit, entry):
    """(offset, tag, attributes) of each entry from `entry` on, as our reader has them."""
    yield entry.offset, entry.tag, entry
    for child in unit.children(entry):
        yield from ours(unit, child)


def test_reader_finds_what_pyelftools_finds(elf, sections):
    """Every entry of some units: its place, its kind where we use that, names and numbers."""
    names = {getattr(dwarf, name): "DW_" + name for name in dir(dwarf) if name.startswith(("TAG_", "AT_"))}
    tags = {name: code for code, name in names.items() if name.startswith("DW_TAG_")}
    compared = 0
    for unit, other in itertools.islice(zip(dwarf.units(sections), elf.get_dwarf_info().iter_CUs()), UNITS):
        pairs = itertools.zip_longest(ours(unit, unit.top), theirs(other.get_top_DIE()))
        for (offset, tag, entry), (their_offset, their_tag, their_attributes) in pairs:
            assert offset == their_offset
            assert tags.get(their_tag, tag) == tag
            for attribute in (dwarf.AT_byte_size, dwarf.AT_data_member_location, dwarf.AT_type, dwarf.AT_const_value):
                assert entry.number(attribute, None) == their_attributes.get("DW_" + _name(attribute))
            compared += 1
        for entry, die in zip(unit.children(unit.top), other.get_top_DIE().iter_children()):
            name = die.attributes.get("DW_AT_name")
            assert entry.text(dwarf.AT_name) == (name.value.decode() if name else "")
    assert compared > 1000


def _name(attribute):
    """AT_type for its number."""
    return next(name for name in dir(dwarf) if name.startswith("AT_") and getattr(dwarf, name) == attribute)


def test_unknown_version_is_refused(sections):
    """With an error that says so, and no guess."""
    info = bytearray(sections[".debug_info"])
    info[4:6] = 9, 0
    with pytest.raises(ValueError, match="format"):
        list(dwarf.units({**sections, ".debug_info": bytes(info)}))


def test_unknown_form_is_refused(sections):
    """An abbreviation with a form that no manual has."""
    table = bytearray(sections[".debug_abbrev"])
    table[4] = 0x7F  # code, tag, children, attribute, form
    with pytest.raises(ValueError, match="form 0x7f"):
        list(dwarf.units({**sections, ".debug_abbrev": bytes(table)}))
