// terminal.js: the terminal of the machine's first program, drawn by xterm.js.
import { FitAddon } from "./vendor/addon-fit.js";
import { Terminal } from "./vendor/xterm.js";

const ADDRESS = /\b0x[0-9a-f]{5,8}\b|\b[0-9a-f]{8}\b/gi;
const dark = matchMedia("(prefers-color-scheme: dark)");
const small = matchMedia("(max-width: 52rem)");

function theme() {
	return dark.matches
		? { background: "#22252b", foreground: "#e6e4de", cursor: "#e6e4de", selectionBackground: "#4a5a78" }
		: { background: "#f2f0ea", foreground: "#1f2328", cursor: "#1f2328", selectionBackground: "#b9d3f2",
			yellow: "#8a5a00", green: "#0b6b34", cyan: "#0b6470", brightBlack: "#5c6470", white: "#5c6470",
			brightYellow: "#8a5a00", brightGreen: "#0b6b34", brightCyan: "#0b6470", brightWhite: "#1f2328" };
}

// The size at which 80 columns fit, within limits. A letter is 0.6 as wide as it is high.
function fontSize(element) {
	const room = element.clientWidth - 30; // beside the edges and the scroll bar
	return Math.min(14, Math.max(small.matches ? 12 : 11, Math.floor(room / 80 / 0.602)));
}

export class Screen {
	// `on`: functions { type(bytes), resize(rows, columns), address(va), leave() }.
	constructor(element, on) {
		this.on = on;
		this.term = new Terminal({ theme: theme(), fontSize: fontSize(element), scrollback: 5000,
			minimumContrastRatio: 4.5, fontFamily: 'ui-monospace, "DejaVu Sans Mono", monospace' });
		this.fit = new FitAddon();
		this.term.loadAddon(this.fit);
		this.term.open(element);
		this.term.textarea.setAttribute("aria-label", "Terminal. F6 leaves it.");
		this.term.onData((text) => on.type(new TextEncoder().encode(text)));
		this.term.onBinary((text) => on.type(Uint8Array.from(text, (c) => c.charCodeAt(0))));
		this.term.onResize(({ rows, cols }) => on.resize(rows, cols));
		this.term.attachCustomKeyEventHandler((event) => this.#key(event));
		this.term.registerLinkProvider({ provideLinks: (y, callback) => callback(this.#links(y)) });
		new ResizeObserver(() => {
			const size = fontSize(element);
			if (size !== this.term.options.fontSize) this.term.options.fontSize = size;
			this.fit.fit();
		}).observe(element);
		dark.addEventListener("change", () => (this.term.options.theme = theme()));
	}

	// Keys that are the page's: F6; ctrl-c while text is selected; ctrl-v.
	#key(event) {
		if (event.key === "F6") {
			if (event.type === "keydown") this.on.leave();
			event.preventDefault();
			return false;
		}
		const key = event.ctrlKey || event.metaKey ? event.key.toLowerCase() : "";
		if (key === "c" && (this.term.hasSelection() || event.shiftKey)) {
			if (event.type === "keydown") navigator.clipboard?.writeText(this.term.getSelection());
			event.preventDefault();
			return false;
		}
		return key !== "v"; // then the browser pastes
	}

	// The addresses in a line, which lead to the picture.
	#links(y) {
		const line = this.term.buffer.active.getLine(y - 1)?.translateToString(true) ?? "";
		return [...line.matchAll(ADDRESS)].map((match) => ({
			text: match[0],
			range: { start: { x: match.index + 1, y }, end: { x: match.index + match[0].length, y } },
			activate: () => this.on.address(parseInt(match[0], 16)),
		}));
	}

	write(bytes) {
		this.term.write(bytes);
	}

	// Begin anew, for another machine.
	reset() {
		this.term.reset();
	}

	// All lines that can be seen or scrolled to.
	text() {
		const buffer = this.term.buffer.active;
		const lines = Array.from({ length: buffer.length }, (_, y) => buffer.getLine(y).translateToString(true));
		return lines.join("\r\n").trimEnd();
	}

	size() {
		return [this.term.rows, this.term.cols];
	}

	focus() {
		this.term.focus();
	}

	set readable(on) {
		this.term.options.screenReaderMode = on;
	}
}
