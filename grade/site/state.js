// state.js: a saved machine as a file: a head in JSON, then what v86 has saved; all of it compressed.

const MAGIC = "QUIRE1\n";

async function through(stream, bytes) {
	return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

// `head` is kept with the state: { mem, append, symbols, text }.
export async function pack(head, state) {
	const text = new TextEncoder().encode(`${MAGIC}${JSON.stringify(head)}\n`);
	const whole = new Uint8Array(text.length + state.byteLength);
	whole.set(text);
	whole.set(new Uint8Array(state), text.length);
	return through(new CompressionStream("gzip"), whole);
}

// { head, state } of such a file. Throws, in words for the page, if it is none.
export async function unpack(bytes) {
	let whole;
	try {
		whole = await through(new DecompressionStream("gzip"), bytes);
	} catch {
		throw new Error("This file is no saved machine.");
	}
	const end = whole.indexOf(10, MAGIC.length);
	const text = new TextDecoder().decode(whole.subarray(0, end));
	if (!text.startsWith(MAGIC)) throw new Error("This file is no saved machine.");
	return { head: JSON.parse(text.slice(MAGIC.length)), state: whole.slice(end + 1).buffer };
}
