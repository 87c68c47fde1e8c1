// The picture: what the server sends, drawn on the canvas.

const flagDeflated = 1, formPalette = 1, formRepeats = 2;

export class Screen {
	constructor(canvas, stage) {
		this.canvas = canvas;
		this.stage = stage;
		this.context = canvas.getContext("2d", { alpha: false });
		this.source = document.createElement("canvas");
		this.square = false;
		this.resize(canvas.width, canvas.height);
		new ResizeObserver(() => this.fit()).observe(stage);
	}

	resize(width, height) {
		this.width = this.source.width = width;
		this.height = this.source.height = height;
		this.canvas.dataset.dots = `${width} ${height}`;
		this.dots = this.source.getContext("2d", { alpha: false });
		this.image = this.dots.createImageData(width, height);
		this.pixels = new Uint32Array(this.image.data.buffer);
		this.pixels.fill(0xff000000);
		this.dots.fillRect(0, 0, width, height);
		this.fit();
	}

	// fit gives the canvas the largest place it has, in the shape of a monitor, 4 to
	// 3, whatever the dots. Dots are first enlarged by whole numbers, so that they
	// stay sharp where the place is no multiple of the picture.
	fit() {
		const wide = this.stage.clientWidth, high = this.stage.clientHeight;
		if (!wide || !high) return;
		const shape = this.square ? this.width / this.height : 4 / 3;
		let w = Math.min(wide, high * shape), h = w / shape;
		if (this.square && w >= this.width) {
			const n = Math.floor(w / this.width);
			w = this.width * n;
			h = this.height * n;
		}
		const style = this.canvas.style, ratio = window.devicePixelRatio || 1;
		style.width = w + "px";
		style.height = h + "px";
		style.left = Math.round((wide - w) / 2) + "px";
		style.top = Math.round((high - h) / 2) + "px";
		const times = (place, dots) => Math.max(1, Math.min(Math.ceil(place * ratio / dots - 0.01), Math.floor(4096 / dots)));
		const kx = times(w, this.width), ky = times(h, this.height);
		if (kx !== this.kx || ky !== this.ky || this.canvas.width !== kx * this.width || this.canvas.height !== ky * this.height) {
			this.kx = kx;
			this.ky = ky;
			this.canvas.width = kx * this.width;
			this.canvas.height = ky * this.height;
			this.context.imageSmoothingEnabled = false;
			this.blit(0, 0, this.width, this.height);
		}
	}

	blit(x, y, w, h) {
		const { kx, ky } = this;
		this.context.drawImage(this.source, x, y, w, h, x * kx, y * ky, w * kx, h * ky);
	}

	// show draws the picture of a message.
	async show(buffer) {
		let view = new DataView(buffer, 2);
		if (new DataView(buffer).getUint8(1) & flagDeflated) {
			const stream = new Blob([new Uint8Array(buffer, 2)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
			view = new DataView(await new Response(stream).arrayBuffer());
		}
		const width = view.getUint16(0), height = view.getUint16(2), count = view.getUint16(4);
		if (width !== this.width || height !== this.height) this.resize(width, height);
		let at = 6;
		for (let i = 0; i < count; i++) at = this.rectangle(view, at);
	}

	rectangle(view, at) {
		const x = view.getUint16(at), y = view.getUint16(at + 2), w = view.getUint16(at + 4), h = view.getUint16(at + 6);
		const form = view.getUint8(at + 8);
		at += 9;
		const colour = at => 0xff000000 | view.getUint8(at + 2) << 16 | view.getUint8(at + 1) << 8 | view.getUint8(at);
		let palette = null, bits = 24;
		if (form & formPalette) {
			const n = view.getUint8(at++) + 1;
			palette = new Uint32Array(256);
			for (let i = 0; i < n; i++, at += 3) palette[i] = colour(at);
			bits = n <= 1 ? 0 : n <= 2 ? 1 : n <= 4 ? 2 : n <= 16 ? 4 : 8;
		}
		const repeats = at;
		if (form & formRepeats) at += (h + 7) >> 3;
		const { pixels, width } = this, bytes = new Uint8Array(view.buffer, view.byteOffset);
		for (let row = 0; row < h; row++) {
			const to = (y + row) * width + x;
			if (form & formRepeats && bytes[repeats + (row >> 3)] & 0x80 >> (row & 7)) {
				pixels.copyWithin(to, to - width, to - width + w);
			} else if (!palette) {
				for (let i = 0; i < w; i++, at += 3) pixels[to + i] = 0xff000000 | bytes[at + 2] << 16 | bytes[at + 1] << 8 | bytes[at];
			} else if (bits === 0) {
				pixels.fill(palette[0], to, to + w);
			} else if (bits === 8) {
				for (let i = 0; i < w; i++) pixels[to + i] = palette[bytes[at++]];
			} else {
				const mask = (1 << bits) - 1;
				for (let i = 0; i < w;) {
					const v = bytes[at++];
					for (let shift = 8 - bits; shift >= 0 && i < w; shift -= bits) pixels[to + i++] = palette[v >> shift & mask];
				}
			}
		}
		this.dots.putImageData(this.image, 0, 0, x, y, w, h);
		this.blit(x, y, w, h);
		return at;
	}
}
