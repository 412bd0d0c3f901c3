// story.js: what happened since the last command line, as a list to step through.

export class Story {
	// `elements`: list, note, back, next, now. `on`: { show(index), live() }.
	constructor(elements, on) {
		Object.assign(this, elements);
		this.on = on;
		this.texts = [];
		this.at = -1; // the event that is shown; -1: the machine as it is
		this.back.addEventListener("click", () => this.show(this.at < 0 ? this.texts.length - 1 : this.at - 1));
		this.next.addEventListener("click", () => this.show(this.at + 1));
		this.now.addEventListener("click", () => this.live());
		this.list.addEventListener("keydown", (event) => this.#key(event));
		this.#state();
	}

	// Events have come; with `from` 0 the list begins anew.
	take({ from, texts, full }) {
		if (from === 0) {
			this.texts = [];
			this.list.replaceChildren();
			this.list.scrollTop = 0;
			if (this.at >= 0) this.live();
		}
		for (const text of texts) {
			const item = document.createElement("li"), button = document.createElement("button"), index = this.texts.length;
			button.textContent = text;
			button.addEventListener("click", () => this.show(index));
			item.append(button);
			this.list.append(item);
			this.texts.push(text);
		}
		this.full = full;
		this.#state();
	}

	show(index) {
		if (index < 0 || index >= this.texts.length) return;
		this.at = index;
		this.on.show(index);
		this.#state();
		this.list.children[index].scrollIntoView({ block: "nearest" });
	}

	// Show the machine as it is.
	live() {
		this.at = -1;
		this.on.live();
		this.#state();
	}

	#state() {
		const { at, texts } = this;
		this.back.disabled = !texts.length || at === 0;
		this.next.disabled = !texts.length || at + 1 >= texts.length;
		this.now.disabled = at < 0;
		[...this.list.children].forEach(({ firstChild }, i) => {
			if (i === at) firstChild.setAttribute("aria-current", "step");
			else firstChild.removeAttribute("aria-current");
			firstChild.tabIndex = i === Math.max(at, 0) ? 0 : -1; // one stop for the tabulator; the arrow keys move
		});
		this.note.textContent = at >= 0 ? `The pictures below show memory after event ${at + 1} of ${texts.length}. Coloured edges: what it has changed. Details below are of now.`
			: !texts.length ? "Type a command: what its processes do in memory is recorded here, to be looked at step by step."
				: `${texts.length}${this.full ? " (and more, which are not recorded)" : ""} events in memory since your last Enter. Choose one, or step with Next or the arrow keys.`;
	}

	#key(event) {
		const to = { ArrowDown: this.at + 1, ArrowUp: this.at - 1, Home: 0, End: this.texts.length - 1 }[event.key];
		if (to === undefined) return;
		event.preventDefault();
		this.show(to);
		this.list.children[Math.max(this.at, 0)]?.firstChild.focus();
	}

	// Let the keys be the list's. Returns false if it is empty.
	focus() {
		const button = this.list.children[Math.max(this.at, 0)]?.firstChild;
		button?.focus();
		return Boolean(button);
	}
}
