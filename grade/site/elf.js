// elf.js: the symbols of a kernel that somebody has brought.

const SYMTAB = 2, HEADER = 52;

// The addresses of the variables `names` in an ELF file of 32 bits: { name: address }. Throws, in words for the
// page, if the file is no such kernel.
export function symbols(buffer, names) {
	const view = new DataView(buffer);
	if (buffer.byteLength < HEADER || view.getUint32(0) !== 0x7f454c46 || view.getUint8(4) !== 1)
		throw new Error("This file is no ELF file of 32 bits. The kernel is obj/quire.elf.");
	const found = {};
	try {
		for (const [name, value] of entries(view, buffer)) if (names.includes(name)) found[name] = value;
	} catch (error) {
		if (error instanceof RangeError) throw new Error("This ELF file is damaged.");
		throw error;
	}
	const missing = names.filter((name) => !(name in found));
	if (missing.length)
		throw new Error(`This kernel has no symbol ${missing.join(", ")}. The page can run it, but not draw its memory.`);
	return found;
}

// [name, value] of each symbol.
function* entries(view, buffer) {
	const start = view.getUint32(32, true), size = view.getUint16(46, true), count = view.getUint16(48, true);
	const section = (i, field) => view.getUint32(start + i * size + field, true);
	for (let i = 0; i < count; i++) {
		if (section(i, 4) !== SYMTAB) continue;
		const texts = section(section(i, 24), 16); // where the names are
		for (let at = section(i, 16), end = at + section(i, 20); at < end; at += 16) {
			const bytes = new Uint8Array(buffer, texts + view.getUint32(at, true), 64);
			yield [String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0))), view.getUint32(at + 4, true)];
		}
	}
}
