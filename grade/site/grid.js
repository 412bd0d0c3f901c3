// grid.js: a canvas of square cells, of which a pointer or the arrow keys choose one.

const WIDEST = 1024; // pixels of the page

export class Grid {
	// `columns(room)`: how many columns, with so many pixels for a row. `on`: functions { hover(index),
	// choose(index) }; index -1: no cell.
	constructor(canvas, columns, on) {
		this.canvas = canvas;
		this.columnsFor = columns;
		this.count = 0;
		this.on = on;
		this.at = -1; // the cell that the keys have come to
		this.hovered = -1; // the cell that is described
		canvas.addEventListener("pointermove", (event) => this.#hover(this.#cell(event)));
		canvas.addEventListener("pointerleave", () => this.#hover(this.at));
		canvas.addEventListener("click", (event) => this.#choose(this.#cell(event)));
		canvas.addEventListener("keydown", (event) => this.#key(event));
		new ResizeObserver(() => this.resize()).observe(canvas.parentElement);
	}

	// The grid has `count` cells; `draw(index)` draws one, and is kept to draw all anew.
	set(count, draw) {
		this.draw = draw;
		if (count === this.count) return;
		this.count = count;
		this.resize();
	}

	resize() {
		const room = this.canvas.parentElement.clientWidth;
		if (!this.count || !room) return;
		this.columns = this.columnsFor(room);
		const scale = window.devicePixelRatio || 1;
		this.cell = Math.max(1, Math.floor((Math.min(room, WIDEST) * scale) / this.columns));
		const width = this.columns * this.cell, height = Math.ceil(this.count / this.columns) * this.cell;
		if (this.canvas.width !== width || this.canvas.height !== height) {
			this.canvas.width = width;
			this.canvas.height = height;
			this.canvas.style.width = `${width / scale}px`;
		}
		this.context = this.canvas.getContext("2d");
		this.all();
	}

	all() {
		if (!this.context) return;
		this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
		for (let i = 0; i < this.count; i++) this.draw(i);
	}

	// Draw one cell: in one colour, or in the lower half only; with a frame of another colour.
	fill(index, colour, { half = false, frame = null } = {}) {
		const size = this.cell, gap = size > 3 ? 1 : 0;
		const x = (index % this.columns) * size, y = Math.floor(index / this.columns) * size;
		const c = this.context;
		c.clearRect(x, y, size, size);
		c.fillStyle = colour;
		c.fillRect(x, half ? y + (size >> 1) : y, size - gap, half ? size - gap - (size >> 1) : size - gap);
		const edge = index === this.at ? getComputedStyle(this.canvas).color : frame;
		if (!edge) return;
		if (index !== this.at && gap && size < 8) { // a frame would leave nothing of the colour
			c.fillStyle = edge;
			c.fillRect(x + size - gap, y, gap, size);
			c.fillRect(x, y + size - gap, size, gap);
			return;
		}
		c.strokeStyle = edge;
		c.lineWidth = Math.max(1, size >> 2);
		const inset = c.lineWidth / 2;
		c.strokeRect(x + inset, y + inset, size - gap - c.lineWidth, size - gap - c.lineWidth);
	}

	#cell(event) {
		const box = this.canvas.getBoundingClientRect();
		const x = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
		const rows = Math.ceil(this.count / this.columns);
		const index = Math.floor(((event.clientY - box.top) / box.height) * rows) * this.columns + x;
		return x >= 0 && x < this.columns && index >= 0 && index < this.count ? index : -1;
	}

	#choose(index) {
		this.move(index);
		if (index >= 0) this.on.choose(index);
	}

	#hover(index) {
		this.hovered = index;
		this.on.hover(index);
	}

	// Describe the cell anew: what it shows may have changed.
	refresh() {
		this.on.hover(this.hovered);
	}

	// Let the keys' place be another cell.
	move(index) {
		const before = this.at;
		this.at = index;
		if (before >= 0 && this.context) this.draw(before);
		if (index >= 0 && this.context) this.draw(index);
		this.#hover(index);
	}

	#key(event) {
		const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns,
			Home: -this.count, End: this.count, PageUp: -8 * this.columns, PageDown: 8 * this.columns };
		if (event.key in steps) {
			const to = Math.max(this.at, 0) + (this.at < 0 ? 0 : steps[event.key]);
			this.move(Math.min(Math.max(to, 0), this.count - 1));
		} else if ((event.key === "Enter" || event.key === " ") && this.at >= 0) {
			this.on.choose(this.at);
		} else {
			return;
		}
		event.preventDefault();
	}
}
